import { refuse, type Draft } from "./draft.ts";
import type { Scene } from "./scene.ts";

/**
 * First major version of PostgreSQL that has a feature of the grammar or behaves in a way. The year
 * of a rule stands here and nowhere else. Source: the release notes, each row measured on servers of
 * 10 to 18.
 */
export const since = {
	/** ADD COLUMN with a default that is not volatile keeps the rows as they are. */
	fastDefault: 11,
	/** Indexes, primary keys, unique constraints and foreign keys of partitioned tables. */
	partitionedIndexes: 11,
	partitionedRowTriggers: 11,
	lockView: 11,
	partitionedBeforeTriggers: 13,
	defaultPartition: 11,
	hashPartition: 11,
	indexInclude: 11,
	indexColumnStatistics: 11,
	toastTupleTarget: 11,
	/** A validated CHECK (c IS NOT NULL) spares SET NOT NULL the scan. */
	checkProvesNotNull: 12,
	/** timestamp and timestamptz are the same bytes while TimeZone is UTC. */
	timestampZoneFree: 12,
	reindexConcurrently: 12,
	/** ATTACH PARTITION takes SHARE UPDATE EXCLUSIVE on the parent, before ACCESS EXCLUSIVE. */
	attachSharesParent: 12,
	indexRenameSharesIndex: 12,
	enumValueInTransaction: 12,
	referencesToPartitioned: 12,
	/** Partitions that WHERE rules out are not locked. */
	partitionPruning: 12,
	/** INSERT locks the partitions that get rows, before all of them. */
	lazyRouting: 12,
	/** ADD COLUMN ... REFERENCES without a default reads no partition. */
	partitionedReferenceSkips: 12,
	generatedStored: 12,
	dropStatisticsLocksTable: 12,
	dropExpression: 13,
	randomUuid: 13,
	/** Before, TRUNCATE of a partition also locked the parent. */
	truncateSparesParent: 14,
	detachConcurrently: 14,
	/** Plain DETACH takes ACCESS EXCLUSIVE on the partition, before SHARE UPDATE EXCLUSIVE. */
	detachLocksPartition: 14,
	replaceTrigger: 14,
	compression: 14,
	/** REINDEX of a partitioned table works partition by partition, each in a transaction. */
	reindexPartitioned: 14,
	nullsNotDistinct: 15,
	setAccessMethod: 15,
	/** STORAGE at a column definition, and SET STORAGE DEFAULT. */
	columnStorageClause: 16,
	viewRenameColumn: 13,
	merge: 15,
	clusterPartitioned: 15,
	renameTriggerRecurses: 15,
	/** Before, DROP COLUMN dropped the stored generated columns that use it. */
	generatedColumnsProtect: 15,
	/** Storage parameters of a partitioned table are refused as the wrong kind of object. */
	partitionedParametersKind: 16,
	setExpression: 17,
	/** ATTACH and PARTITION OF of a referenced table: SHARE ROW EXCLUSIVE on the tables that refer. */
	partitionLocksReferrers: 15,
	/** A new enum value of this transaction may be used, before 12 and since 17 for new types only. */
	partitionedIdentity: 17,
	partitionedExclude: 17,
	generatedVirtual: 18,
	namedNotNull: 18,
	notEnforced: 18,
	partitionedNotValidForeignKey: 18,
	withoutOverlaps: 18,
	/** ADD UNIQUE and EXCLUDE take ACCESS EXCLUSIVE on partitions, before SHARE. */
	keyLocksPartitions: 18,
	/** ADD CHECK ... NO INHERIT locks the children although it leaves them alone. */
	noInheritLocksChildren: 18,
	/** VACUUM and ANALYZE of a parent work on its children too. */
	vacuumReachesChildren: 18,
	/** GRANT and REVOKE take ACCESS SHARE on the relation. */
	grantLocks: 18,
} as const;

type Feature = keyof typeof since;

export function has(version: number, feature: Feature): boolean {
	return version >= since[feature];
}

/** Refuses words of the grammar that came with a feature in an older version. */
export function refuseBefore(feature: Feature, words: string, scene: Scene, draft: Draft): void {
	if (has(scene.version, feature)) return;
	refuse(draft, "42601", `PostgreSQL ${scene.version} does not know ${words}`);
}
