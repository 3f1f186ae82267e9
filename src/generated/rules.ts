// Written by test/generated.test.ts from the folder's listing: run `npm test -- -u` after adding a file.
import type { Rule } from "../core/rule.ts";
import noAddColumnRewrite from "../../rules/no-add-column-rewrite.ts";
import noAddRequiredColumn from "../../rules/no-add-required-column.ts";
import noAlwaysGeneratedColumn from "../../rules/no-always-generated-column.ts";
import noAmbiguousOverload from "../../rules/no-ambiguous-overload.ts";
import noBlockingAlter from "../../rules/no-blocking-alter.ts";
import noCascadingDrop from "../../rules/no-cascading-drop.ts";
import noCascadingReplace from "../../rules/no-cascading-replace.ts";
import noCharType from "../../rules/no-char-type.ts";
import noConstrainedDomain from "../../rules/no-constrained-domain.ts";
import noDanglingReference from "../../rules/no-dangling-reference.ts";
import noDeleteCascade from "../../rules/no-delete-cascade.ts";
import noDisabledRowSecurity from "../../rules/no-disabled-row-security.ts";
import noDisabledTrigger from "../../rules/no-disabled-trigger.ts";
import noDomainConstraintScan from "../../rules/no-domain-constraint-scan.ts";
import noDropCascade from "../../rules/no-drop-cascade.ts";
import noDropColumn from "../../rules/no-drop-column.ts";
import noDropConstraint from "../../rules/no-drop-constraint.ts";
import noDropExtension from "../../rules/no-drop-extension.ts";
import noDropFunction from "../../rules/no-drop-function.ts";
import noDropNotNull from "../../rules/no-drop-not-null.ts";
import noDropOwned from "../../rules/no-drop-owned.ts";
import noDropSchema from "../../rules/no-drop-schema.ts";
import noDropSequence from "../../rules/no-drop-sequence.ts";
import noDropTable from "../../rules/no-drop-table.ts";
import noDropType from "../../rules/no-drop-type.ts";
import noDropView from "../../rules/no-drop-view.ts";
import noDuplicateAssignment from "../../rules/no-duplicate-assignment.ts";
import noDuplicateForeignKey from "../../rules/no-duplicate-foreign-key.ts";
import noDuplicateIndex from "../../rules/no-duplicate-index.ts";
import noEnumValueInTransaction from "../../rules/no-enum-value-in-transaction.ts";
import noExclusionConstraint from "../../rules/no-exclusion-constraint.ts";
import noFloatMoney from "../../rules/no-float-money.ts";
import noForeignKeyMismatch from "../../rules/no-foreign-key-mismatch.ts";
import noForeignKeyTypeMismatch from "../../rules/no-foreign-key-type-mismatch.ts";
import noGrantOption from "../../rules/no-grant-option.ts";
import noIdlePragma from "../../rules/no-idle-pragma.ts";
import noIgnoredReference from "../../rules/no-ignored-reference.ts";
import noImplicitCommit from "../../rules/no-implicit-commit.ts";
import noIndexGap from "../../rules/no-index-gap.ts";
import noIndexOverload from "../../rules/no-index-overload.ts";
import noLastingSetting from "../../rules/no-lasting-setting.ts";
import noLongIdentifier from "../../rules/no-long-identifier.ts";
import noLossyRebuild from "../../rules/no-lossy-rebuild.ts";
import noLostAttribute from "../../rules/no-lost-attribute.ts";
import noMaskedCreate from "../../rules/no-masked-create.ts";
import noMisreadType from "../../rules/no-misread-type.ts";
import noMoneyType from "../../rules/no-money-type.ts";
import noNarrowedValues from "../../rules/no-narrowed-values.ts";
import noNewRestriction from "../../rules/no-new-restriction.ts";
import noNullComparison from "../../rules/no-null-comparison.ts";
import noNullableKey from "../../rules/no-nullable-key.ts";
import noOidColumn from "../../rules/no-oid-column.ts";
import noOpenPolicy from "../../rules/no-open-policy.ts";
import noPartialDrop from "../../rules/no-partial-drop.ts";
import noPlainPassword from "../../rules/no-plain-password.ts";
import noProtectionGap from "../../rules/no-protection-gap.ts";
import noPublicGrant from "../../rules/no-public-grant.ts";
import noRefusedStatement from "../../rules/no-refused-statement.ts";
import noRegType from "../../rules/no-reg-type.ts";
import noRenameColumn from "../../rules/no-rename-column.ts";
import noRenameEnumValue from "../../rules/no-rename-enum-value.ts";
import noRenameObject from "../../rules/no-rename-object.ts";
import noRenameTable from "../../rules/no-rename-table.ts";
import noReplicaLag from "../../rules/no-replica-lag.ts";
import noRequiredWithoutDefault from "../../rules/no-required-without-default.ts";
import noRestartedAutoincrement from "../../rules/no-restarted-autoincrement.ts";
import noResultTypeChange from "../../rules/no-result-type-change.ts";
import noRevoke from "../../rules/no-revoke.ts";
import noRoleChange from "../../rules/no-role-change.ts";
import noRoundedTimestamp from "../../rules/no-rounded-timestamp.ts";
import noRowSecurityOnUsedTable from "../../rules/no-row-security-on-used-table.ts";
import noSequenceRestart from "../../rules/no-sequence-restart.ts";
import noSetSchema from "../../rules/no-set-schema.ts";
import noShortStatementTimeout from "../../rules/no-short-statement-timeout.ts";
import noSkippedIndexBuild from "../../rules/no-skipped-index-build.ts";
import noStarView from "../../rules/no-star-view.ts";
import noStricterRebuild from "../../rules/no-stricter-rebuild.ts";
import noSuperuserRole from "../../rules/no-superuser-role.ts";
import noTableCopy from "../../rules/no-table-copy.ts";
import noTableRewrite from "../../rules/no-table-rewrite.ts";
import noTimetz from "../../rules/no-timetz.ts";
import noTruncate from "../../rules/no-truncate.ts";
import noTypeChangeRewrite from "../../rules/no-type-change-rewrite.ts";
import noUnloggedTable from "../../rules/no-unlogged-table.ts";
import noUnprovenReference from "../../rules/no-unproven-reference.ts";
import noUtf8mb3 from "../../rules/no-utf8mb3.ts";
import noValidateInSameTransaction from "../../rules/no-validate-in-same-transaction.ts";
import noWideIndex from "../../rules/no-wide-index.ts";
import noWorkUnderStrongLock from "../../rules/no-work-under-strong-lock.ts";
import noWritableSchema from "../../rules/no-writable-schema.ts";
import noZeroDate from "../../rules/no-zero-date.ts";
import preferBigintKey from "../../rules/prefer-bigint-key.ts";
import preferCombinedAlter from "../../rules/prefer-combined-alter.ts";
import preferExplicitGrant from "../../rules/prefer-explicit-grant.ts";
import preferGinIndex from "../../rules/prefer-gin-index.ts";
import preferIdentity from "../../rules/prefer-identity.ts";
import preferJsonb from "../../rules/prefer-jsonb.ts";
import preferLookupTable from "../../rules/prefer-lookup-table.ts";
import preferPolicySubquery from "../../rules/prefer-policy-subquery.ts";
import preferText from "../../rules/prefer-text.ts";
import preferTimestamptz from "../../rules/prefer-timestamptz.ts";
import preferUnquotedName from "../../rules/prefer-unquoted-name.ts";
import requireBalancedTransaction from "../../rules/require-balanced-transaction.ts";
import requireBatchedChange from "../../rules/require-batched-change.ts";
import requireConcurrentDetach from "../../rules/require-concurrent-detach.ts";
import requireConcurrentIndex from "../../rules/require-concurrent-index.ts";
import requireConcurrentIndexDrop from "../../rules/require-concurrent-index-drop.ts";
import requireConcurrentRefresh from "../../rules/require-concurrent-refresh.ts";
import requireConcurrentReindex from "../../rules/require-concurrent-reindex.ts";
import requireConstraintName from "../../rules/require-constraint-name.ts";
import requireDefinerSearchPath from "../../rules/require-definer-search-path.ts";
import requireEnumPosition from "../../rules/require-enum-position.ts";
import requireExtensionSchema from "../../rules/require-extension-schema.ts";
import requireForeignKeyCheck from "../../rules/require-foreign-key-check.ts";
import requireForeignKeyIndex from "../../rules/require-foreign-key-index.ts";
import requireForeignKeyProof from "../../rules/require-foreign-key-proof.ts";
import requireInsertColumns from "../../rules/require-insert-columns.ts";
import requireLockTimeout from "../../rules/require-lock-timeout.ts";
import requireNotNullProof from "../../rules/require-not-null-proof.ts";
import requireNotValidConstraint from "../../rules/require-not-valid-constraint.ts";
import requireOneLockPerTransaction from "../../rules/require-one-lock-per-transaction.ts";
import requireOnlineClause from "../../rules/require-online-clause.ts";
import requireOutsideTransaction from "../../rules/require-outside-transaction.ts";
import requirePartitionIndex from "../../rules/require-partition-index.ts";
import requirePartitionProof from "../../rules/require-partition-proof.ts";
import requirePolicyBeforeRowSecurity from "../../rules/require-policy-before-row-security.ts";
import requirePrebuiltUniqueIndex from "../../rules/require-prebuilt-unique-index.ts";
import requirePrimaryKey from "../../rules/require-primary-key.ts";
import requireRebuildInTransaction from "../../rules/require-rebuild-in-transaction.ts";
import requireRebuiltParts from "../../rules/require-rebuilt-parts.ts";
import requireRerunnableMigration from "../../rules/require-rerunnable-migration.ts";
import requireSchema from "../../rules/require-schema.ts";
import requireSecurityInvoker from "../../rules/require-security-invoker.ts";
import requireTransactionalEngine from "../../rules/require-transactional-engine.ts";
import requireUndoingDown from "../../rules/require-undoing-down.ts";
import requireValidatedConstraint from "../../rules/require-validated-constraint.ts";
import requireVerificationQuery from "../../rules/require-verification-query.ts";
import syntaxError from "../../rules/syntax-error.ts";
import unanalyzableDynamicSql from "../../rules/unanalyzable-dynamic-sql.ts";
import unknownDirective from "../../rules/unknown-directive.ts";
import unusedIgnore from "../../rules/unused-ignore.ts";

export const rules: readonly Rule[] = [
	noAddColumnRewrite,
	noAddRequiredColumn,
	noAlwaysGeneratedColumn,
	noAmbiguousOverload,
	noBlockingAlter,
	noCascadingDrop,
	noCascadingReplace,
	noCharType,
	noConstrainedDomain,
	noDanglingReference,
	noDeleteCascade,
	noDisabledRowSecurity,
	noDisabledTrigger,
	noDomainConstraintScan,
	noDropCascade,
	noDropColumn,
	noDropConstraint,
	noDropExtension,
	noDropFunction,
	noDropNotNull,
	noDropOwned,
	noDropSchema,
	noDropSequence,
	noDropTable,
	noDropType,
	noDropView,
	noDuplicateAssignment,
	noDuplicateForeignKey,
	noDuplicateIndex,
	noEnumValueInTransaction,
	noExclusionConstraint,
	noFloatMoney,
	noForeignKeyMismatch,
	noForeignKeyTypeMismatch,
	noGrantOption,
	noIdlePragma,
	noIgnoredReference,
	noImplicitCommit,
	noIndexGap,
	noIndexOverload,
	noLastingSetting,
	noLongIdentifier,
	noLossyRebuild,
	noLostAttribute,
	noMaskedCreate,
	noMisreadType,
	noMoneyType,
	noNarrowedValues,
	noNewRestriction,
	noNullComparison,
	noNullableKey,
	noOidColumn,
	noOpenPolicy,
	noPartialDrop,
	noPlainPassword,
	noProtectionGap,
	noPublicGrant,
	noRefusedStatement,
	noRegType,
	noRenameColumn,
	noRenameEnumValue,
	noRenameObject,
	noRenameTable,
	noReplicaLag,
	noRequiredWithoutDefault,
	noRestartedAutoincrement,
	noResultTypeChange,
	noRevoke,
	noRoleChange,
	noRoundedTimestamp,
	noRowSecurityOnUsedTable,
	noSequenceRestart,
	noSetSchema,
	noShortStatementTimeout,
	noSkippedIndexBuild,
	noStarView,
	noStricterRebuild,
	noSuperuserRole,
	noTableCopy,
	noTableRewrite,
	noTimetz,
	noTruncate,
	noTypeChangeRewrite,
	noUnloggedTable,
	noUnprovenReference,
	noUtf8mb3,
	noValidateInSameTransaction,
	noWideIndex,
	noWorkUnderStrongLock,
	noWritableSchema,
	noZeroDate,
	preferBigintKey,
	preferCombinedAlter,
	preferExplicitGrant,
	preferGinIndex,
	preferIdentity,
	preferJsonb,
	preferLookupTable,
	preferPolicySubquery,
	preferText,
	preferTimestamptz,
	preferUnquotedName,
	requireBalancedTransaction,
	requireBatchedChange,
	requireConcurrentDetach,
	requireConcurrentIndex,
	requireConcurrentIndexDrop,
	requireConcurrentRefresh,
	requireConcurrentReindex,
	requireConstraintName,
	requireDefinerSearchPath,
	requireEnumPosition,
	requireExtensionSchema,
	requireForeignKeyCheck,
	requireForeignKeyIndex,
	requireForeignKeyProof,
	requireInsertColumns,
	requireLockTimeout,
	requireNotNullProof,
	requireNotValidConstraint,
	requireOneLockPerTransaction,
	requireOnlineClause,
	requireOutsideTransaction,
	requirePartitionIndex,
	requirePartitionProof,
	requirePolicyBeforeRowSecurity,
	requirePrebuiltUniqueIndex,
	requirePrimaryKey,
	requireRebuildInTransaction,
	requireRebuiltParts,
	requireRerunnableMigration,
	requireSchema,
	requireSecurityInvoker,
	requireTransactionalEngine,
	requireUndoingDown,
	requireValidatedConstraint,
	requireVerificationQuery,
	syntaxError,
	unanalyzableDynamicSql,
	unknownDirective,
	unusedIgnore,
];
