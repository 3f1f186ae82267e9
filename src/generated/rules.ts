// Written by test/generated.test.ts from the folder's listing: run `npm test -- -u` after adding a file.
import type { Rule } from "../core/rule.ts";
import noAddColumnRewrite from "../../rules/no-add-column-rewrite.ts";
import noAddRequiredColumn from "../../rules/no-add-required-column.ts";
import noDisabledTrigger from "../../rules/no-disabled-trigger.ts";
import noDomainConstraintScan from "../../rules/no-domain-constraint-scan.ts";
import noDropColumn from "../../rules/no-drop-column.ts";
import noDropConstraint from "../../rules/no-drop-constraint.ts";
import noDropExtension from "../../rules/no-drop-extension.ts";
import noDropFunction from "../../rules/no-drop-function.ts";
import noDropSchema from "../../rules/no-drop-schema.ts";
import noDropSequence from "../../rules/no-drop-sequence.ts";
import noDropTable from "../../rules/no-drop-table.ts";
import noDropType from "../../rules/no-drop-type.ts";
import noDropView from "../../rules/no-drop-view.ts";
import noEnumValueInTransaction from "../../rules/no-enum-value-in-transaction.ts";
import noExclusionConstraint from "../../rules/no-exclusion-constraint.ts";
import noRenameColumn from "../../rules/no-rename-column.ts";
import noRenameEnumValue from "../../rules/no-rename-enum-value.ts";
import noRenameObject from "../../rules/no-rename-object.ts";
import noRenameTable from "../../rules/no-rename-table.ts";
import noRequiredWithoutDefault from "../../rules/no-required-without-default.ts";
import noSetSchema from "../../rules/no-set-schema.ts";
import noTableRewrite from "../../rules/no-table-rewrite.ts";
import noTruncate from "../../rules/no-truncate.ts";
import noTypeChangeRewrite from "../../rules/no-type-change-rewrite.ts";
import noValidateInSameTransaction from "../../rules/no-validate-in-same-transaction.ts";
import noWorkUnderStrongLock from "../../rules/no-work-under-strong-lock.ts";
import requireBatchedChange from "../../rules/require-batched-change.ts";
import requireConcurrentDetach from "../../rules/require-concurrent-detach.ts";
import requireConcurrentIndex from "../../rules/require-concurrent-index.ts";
import requireConcurrentIndexDrop from "../../rules/require-concurrent-index-drop.ts";
import requireConcurrentRefresh from "../../rules/require-concurrent-refresh.ts";
import requireConcurrentReindex from "../../rules/require-concurrent-reindex.ts";
import requireDefinerSearchPath from "../../rules/require-definer-search-path.ts";
import requireLockTimeout from "../../rules/require-lock-timeout.ts";
import requireNotNullProof from "../../rules/require-not-null-proof.ts";
import requireNotValidConstraint from "../../rules/require-not-valid-constraint.ts";
import requireOutsideTransaction from "../../rules/require-outside-transaction.ts";
import requirePartitionProof from "../../rules/require-partition-proof.ts";
import requirePolicyBeforeRowSecurity from "../../rules/require-policy-before-row-security.ts";
import requirePrebuiltUniqueIndex from "../../rules/require-prebuilt-unique-index.ts";
import requireVerificationQuery from "../../rules/require-verification-query.ts";
import syntaxError from "../../rules/syntax-error.ts";
import unanalyzableDynamicSql from "../../rules/unanalyzable-dynamic-sql.ts";
import unknownDirective from "../../rules/unknown-directive.ts";
import unusedIgnore from "../../rules/unused-ignore.ts";

export const rules: readonly Rule[] = [
	noAddColumnRewrite,
	noAddRequiredColumn,
	noDisabledTrigger,
	noDomainConstraintScan,
	noDropColumn,
	noDropConstraint,
	noDropExtension,
	noDropFunction,
	noDropSchema,
	noDropSequence,
	noDropTable,
	noDropType,
	noDropView,
	noEnumValueInTransaction,
	noExclusionConstraint,
	noRenameColumn,
	noRenameEnumValue,
	noRenameObject,
	noRenameTable,
	noRequiredWithoutDefault,
	noSetSchema,
	noTableRewrite,
	noTruncate,
	noTypeChangeRewrite,
	noValidateInSameTransaction,
	noWorkUnderStrongLock,
	requireBatchedChange,
	requireConcurrentDetach,
	requireConcurrentIndex,
	requireConcurrentIndexDrop,
	requireConcurrentRefresh,
	requireConcurrentReindex,
	requireDefinerSearchPath,
	requireLockTimeout,
	requireNotNullProof,
	requireNotValidConstraint,
	requireOutsideTransaction,
	requirePartitionProof,
	requirePolicyBeforeRowSecurity,
	requirePrebuiltUniqueIndex,
	requireVerificationQuery,
	syntaxError,
	unanalyzableDynamicSql,
	unknownDirective,
	unusedIgnore,
];
