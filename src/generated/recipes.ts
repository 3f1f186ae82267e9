// Written by test/generated.test.ts from the folder's listing: run `npm test -- -u` after adding a file.
import type { AnyRecipe } from "../plan/recipe.ts";
import addColumnThenConstraints from "../plan/recipes/add-column-then-constraints.ts";
import addColumnThenFill from "../plan/recipes/add-column-then-fill.ts";
import addConstraintInTwoSteps from "../plan/recipes/add-constraint-in-two-steps.ts";
import addDomainConstraintByTable from "../plan/recipes/add-domain-constraint-by-table.ts";
import addForeignKeyByPartition from "../plan/recipes/add-foreign-key-by-partition.ts";
import addPrimaryKey from "../plan/recipes/add-primary-key.ts";
import addRequiredColumn from "../plan/recipes/add-required-column.ts";
import buildIndexAfterRemains from "../plan/recipes/build-index-after-remains.ts";
import buildIndexByPartition from "../plan/recipes/build-index-by-partition.ts";
import buildIndexConcurrently from "../plan/recipes/build-index-concurrently.ts";
import changeInBatches from "../plan/recipes/change-in-batches.ts";
import changeInBatchesByRowid from "../plan/recipes/change-in-batches-by-rowid.ts";
import changeTypeInNewColumn from "../plan/recipes/change-type-in-new-column.ts";
import createPolicyFirst from "../plan/recipes/create-policy-first.ts";
import detachConcurrently from "../plan/recipes/detach-concurrently.ts";
import dropColumn from "../plan/recipes/drop-column.ts";
import dropDefault from "../plan/recipes/drop-default.ts";
import dropInLaterRelease from "../plan/recipes/drop-in-later-release.ts";
import dropIndexConcurrently from "../plan/recipes/drop-index-concurrently.ts";
import dropTable from "../plan/recipes/drop-table.ts";
import dropUnique from "../plan/recipes/drop-unique.ts";
import mysqlAddForeignKey from "../plan/recipes/mysql-add-foreign-key.ts";
import mysqlAddRequiredColumn from "../plan/recipes/mysql-add-required-column.ts";
import mysqlChangeInBatches from "../plan/recipes/mysql-change-in-batches.ts";
import mysqlCopyOnline from "../plan/recipes/mysql-copy-online.ts";
import mysqlDropColumn from "../plan/recipes/mysql-drop-column.ts";
import mysqlDropTable from "../plan/recipes/mysql-drop-table.ts";
import mysqlRenameColumn from "../plan/recipes/mysql-rename-column.ts";
import mysqlRenameTable from "../plan/recipes/mysql-rename-table.ts";
import mysqlShadowColumn from "../plan/recipes/mysql-shadow-column.ts";
import provePartitionBound from "../plan/recipes/prove-partition-bound.ts";
import rebuildTable from "../plan/recipes/rebuild-table.ts";
import refreshConcurrently from "../plan/recipes/refresh-concurrently.ts";
import reindexConcurrently from "../plan/recipes/reindex-concurrently.ts";
import renameColumn from "../plan/recipes/rename-column.ts";
import renameTable from "../plan/recipes/rename-table.ts";
import renameType from "../plan/recipes/rename-type.ts";
import replaceEnumValue from "../plan/recipes/replace-enum-value.ts";
import replaceForeignKey from "../plan/recipes/replace-foreign-key.ts";
import setDefinerSearchPath from "../plan/recipes/set-definer-search-path.ts";
import setNotNull from "../plan/recipes/set-not-null.ts";
import setSchema from "../plan/recipes/set-schema.ts";
import takeOverUniqueIndex from "../plan/recipes/take-over-unique-index.ts";
import vacuumInPlace from "../plan/recipes/vacuum-in-place.ts";
import validateAfterCommit from "../plan/recipes/validate-after-commit.ts";
import validateInLaterRelease from "../plan/recipes/validate-in-later-release.ts";

export const recipes: readonly AnyRecipe[] = [
	addColumnThenConstraints,
	addColumnThenFill,
	addConstraintInTwoSteps,
	addDomainConstraintByTable,
	addForeignKeyByPartition,
	addPrimaryKey,
	addRequiredColumn,
	buildIndexAfterRemains,
	buildIndexByPartition,
	buildIndexConcurrently,
	changeInBatches,
	changeInBatchesByRowid,
	changeTypeInNewColumn,
	createPolicyFirst,
	detachConcurrently,
	dropColumn,
	dropDefault,
	dropInLaterRelease,
	dropIndexConcurrently,
	dropTable,
	dropUnique,
	mysqlAddForeignKey,
	mysqlAddRequiredColumn,
	mysqlChangeInBatches,
	mysqlCopyOnline,
	mysqlDropColumn,
	mysqlDropTable,
	mysqlRenameColumn,
	mysqlRenameTable,
	mysqlShadowColumn,
	provePartitionBound,
	rebuildTable,
	refreshConcurrently,
	reindexConcurrently,
	renameColumn,
	renameTable,
	renameType,
	replaceEnumValue,
	replaceForeignKey,
	setDefinerSearchPath,
	setNotNull,
	setSchema,
	takeOverUniqueIndex,
	vacuumInPlace,
	validateAfterCommit,
	validateInLaterRelease,
];
