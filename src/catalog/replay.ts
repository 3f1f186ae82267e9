import type { Operation } from "../core/operation.ts";
import { droppedBy, stepsOf } from "./command.ts";
import type { DropTarget } from "./dependencies.ts";
import type { Origin } from "./model.ts";
import type { MutableCatalog } from "./mutable.ts";
import * as column from "./replay/column.ts";
import * as constraintChange from "./replay/constraint-change.ts";
import * as constraint from "./replay/constraint.ts";
import { noteRows } from "./replay/data.ts";
import * as index from "./replay/index-ops.ts";
import * as inheritance from "./replay/inheritance.ts";
import * as notNull from "./replay/not-null.ts";
import * as object from "./replay/object.ts";
import * as mysql from "./replay/mysql.ts";
import { renameColumn } from "./replay/rename-column.ts";
import * as routine from "./replay/routine.ts";
import * as sequence from "./replay/sequence.ts";
import { respell } from "./spelling.ts";
import { setConfig, setParameter } from "./replay/session.ts";
import * as settings from "./replay/settings.ts";
import * as table from "./replay/table.ts";
import * as trigger from "./replay/trigger.ts";
import * as type from "./replay/type.ts";
import * as view from "./replay/view.ts";

/**
 * Changes the catalog as the operation changes the schema. `command` holds all operations that the
 * server runs as one command with this one, in their order: DROP TABLE a, b is not refused because b
 * refers to a, and the actions of an ALTER TABLE may name columns that a later action adds.
 *
 * What the server would refuse changes nothing, and nothing throws. A statement over a table that no
 * earlier one made leaves a stub with what the statement proves. ROLLBACK takes back a SET LOCAL of
 * the search path and nothing else: migrations do not undo their own schema changes.
 */
export function replay(
	catalog: MutableCatalog,
	operation: Operation,
	origin: Origin,
	command: readonly Operation[] = [operation],
): void {
	if (catalog.dialect !== "postgres") {
		const spelled = respell(catalog, operation);
		if (spelled !== operation) {
			replay(
				catalog,
				spelled,
				origin,
				command.map((one) => (one === operation ? spelled : one)),
			);
			return;
		}
	}
	const [first] = command;
	if (command.length === 1 || !first) {
		apply(catalog, operation, origin, []);
	} else if (first.kind === "createSchema" && first !== operation) {
		catalog.within(first.schema, () => {
			apply(catalog, operation, origin, []);
		});
	} else {
		for (const step of stepsOf(catalog, operation, command)) {
			apply(catalog, step, origin, droppedBy(catalog, command));
		}
	}
}

function apply(
	catalog: MutableCatalog,
	operation: Operation,
	origin: Origin,
	alsoDropped: readonly DropTarget[],
): void {
	switch (operation.kind) {
		case "createTable":
			table.createTable(catalog, operation, origin);
			return;
		case "createTableAs":
			table.createTableAs(catalog, operation, origin);
			return;
		case "dropTable":
			table.dropTable(catalog, operation, alsoDropped);
			return;
		case "renameTable":
			object.renameTable(catalog, operation, origin);
			return;
		case "setTableSchema":
			object.setTableSchema(catalog, operation, origin);
			return;
		case "addColumn":
			column.addColumn(catalog, operation, origin);
			return;
		case "dropColumn":
			column.dropColumn(catalog, operation, origin);
			return;
		case "renameColumn":
			renameColumn(catalog, operation, origin);
			return;
		case "alterColumnType":
			column.alterColumnType(catalog, operation, origin);
			return;
		case "setNotNull":
			notNull.setNotNull(catalog, operation, origin);
			return;
		case "dropNotNull":
			notNull.dropNotNull(catalog, operation, origin);
			return;
		case "setDefault":
			column.setDefault(catalog, operation, origin);
			return;
		case "dropDefault":
			column.dropDefault(catalog, operation, origin);
			return;
		case "addIdentity":
			column.addIdentity(catalog, operation, origin);
			return;
		case "setIdentity":
			column.setIdentity(catalog, operation, origin);
			return;
		case "dropIdentity":
			column.dropIdentity(catalog, operation, origin);
			return;
		case "setExpression":
			column.setExpression(catalog, operation, origin);
			return;
		case "dropExpression":
			column.dropExpression(catalog, operation, origin);
			return;
		case "addConstraint":
			constraint.addConstraint(catalog, operation, origin);
			return;
		case "dropConstraint":
			constraintChange.dropConstraint(catalog, operation, origin);
			return;
		case "renameConstraint":
			constraintChange.renameConstraint(catalog, operation, origin);
			return;
		case "validateConstraint":
			constraintChange.validateConstraint(catalog, operation, origin);
			return;
		case "alterConstraint":
			constraintChange.alterConstraint(catalog, operation, origin);
			return;
		case "attachPartition":
			inheritance.attachPartition(catalog, operation, origin);
			return;
		case "detachPartition":
			inheritance.detachPartition(catalog, operation, origin);
			return;
		case "setInheritance":
			inheritance.setInheritance(catalog, operation, origin);
			return;
		case "createIndex":
			index.createIndex(catalog, operation, origin);
			return;
		case "dropIndex":
			index.dropIndex(catalog, operation, origin);
			return;
		case "renameIndex":
			index.renameIndex(catalog, operation, origin);
			return;
		case "attachIndex":
			index.attachIndex(catalog, operation, origin);
			return;
		case "reindex":
			settings.reindex(catalog, operation, origin);
			return;
		case "cluster":
			settings.cluster(catalog, operation, origin);
			return;
		case "setTableParameters":
			settings.setTableParameters(catalog, operation, origin);
			return;
		case "setPersistence":
			settings.setPersistence(catalog, operation, origin);
			return;
		case "setAccessMethod":
			settings.setAccessMethod(catalog, operation, origin);
			return;
		case "setTablespace":
			settings.setTablespace(catalog, operation, origin);
			return;
		case "clusterOn":
			settings.clusterOn(catalog, operation, origin);
			return;
		case "setRowSecurity":
			settings.setRowSecurity(catalog, operation, origin);
			return;
		case "setTriggerState":
			trigger.setTriggerState(catalog, operation, origin);
			return;
		case "createTrigger":
			trigger.createTrigger(catalog, operation, origin);
			return;
		case "dropTriggerByName":
			trigger.dropTriggerByName(catalog, operation, origin);
			return;
		case "redefineColumn":
			mysql.redefineColumn(catalog, operation, origin);
			return;
		case "convertCharacterSet":
			mysql.convertCharacterSet(catalog, operation, origin);
			return;
		case "alterPartitions":
			mysql.alterPartitions(catalog, operation, origin);
			return;
		case "useDatabase":
			catalog.useDatabase(operation.database);
			return;
		case "setIndexParameters":
			mysql.setIndexParameters(catalog, operation, origin);
			return;
		case "dropTrigger":
			trigger.dropTrigger(catalog, operation, origin);
			return;
		case "createRule":
			trigger.createRule(catalog, operation, origin);
			return;
		case "dropRule":
			trigger.dropRule(catalog, operation, origin);
			return;
		case "createPolicy":
			trigger.createPolicy(catalog, operation, origin);
			return;
		case "alterPolicy":
			trigger.alterPolicy(catalog, operation, origin);
			return;
		case "dropPolicy":
			trigger.dropPolicy(catalog, operation, origin);
			return;
		case "createView":
			view.createView(catalog, operation, origin);
			return;
		case "createMaterializedView":
			view.createMaterializedView(catalog, operation, origin);
			return;
		case "dropView":
			view.dropView(catalog, operation, alsoDropped);
			return;
		case "refreshMaterializedView":
			view.refreshMaterializedView(catalog, operation, origin);
			return;
		case "createEnum":
			type.createEnum(catalog, operation, origin);
			return;
		case "addEnumValue":
			type.addEnumValue(catalog, operation, origin);
			return;
		case "renameEnumValue":
			type.renameEnumValue(catalog, operation, origin);
			return;
		case "createCompositeType":
			type.createCompositeType(catalog, operation, origin);
			return;
		case "alterCompositeType":
			type.alterCompositeType(catalog, operation, origin);
			return;
		case "createOtherType":
			type.createOtherType(catalog, operation, origin);
			return;
		case "createDomain":
			type.createDomain(catalog, operation, origin);
			return;
		case "alterDomain":
			type.alterDomain(catalog, operation, origin);
			return;
		case "dropType":
			type.dropType(catalog, operation, alsoDropped);
			return;
		case "createFunction":
			routine.createFunction(catalog, operation, origin);
			return;
		case "alterFunction":
			routine.alterFunction(catalog, operation, origin);
			return;
		case "dropFunction":
			routine.dropFunction(catalog, operation, alsoDropped);
			return;
		case "createSequence":
			sequence.createSequence(catalog, operation, origin);
			return;
		case "alterSequence":
			sequence.alterSequence(catalog, operation, origin);
			return;
		case "dropSequence":
			sequence.dropSequence(catalog, operation, alsoDropped);
			return;
		case "createSchema":
			object.createSchema(catalog, operation, origin);
			return;
		case "dropSchema":
			object.dropSchema(catalog, operation, origin);
			return;
		case "createExtension":
			object.createExtension(catalog, operation, origin);
			return;
		case "dropExtension":
			catalog.removeExtension(operation.extension);
			return;
		case "renameObject":
			object.renameObject(catalog, operation, origin);
			return;
		case "setObjectSchema":
			object.setObjectSchema(catalog, operation, origin);
			return;
		case "setParameter":
			setParameter(catalog, operation);
			return;
		case "resetAllParameters":
			catalog.setSearchPath(undefined, false);
			return;
		case "commit":
		case "rollback":
			catalog.endTransaction();
			return;
		case "select":
			setConfig(catalog, operation);
			noteRows(catalog, operation);
			return;
		case "insert":
		case "update":
		case "delete":
		case "merge":
		case "copy":
		case "unanalyzable":
			noteRows(catalog, operation);
			return;
		case "setColumnStatistics":
		case "setColumnStorage":
		case "setColumnCompression":
		case "setColumnParameters":
		case "setRuleState":
		case "setReplicaIdentity":
		case "alterTableOther":
			if (operation.relation === "table") settings.touch(catalog, operation);
			return;
		case "setTableOwner":
			settings.setTableOwner(catalog, operation, origin);
			return;
		case "setTableType":
			settings.setTableType(catalog, operation, origin);
			return;
		case "createStatistics":
			settings.createStatistics(catalog, operation, origin);
			return;
		case "alterObject":
			settings.reassignOwned(catalog, operation, origin);
			return;
		// Nothing of these is in the model.
		case "truncate":
		case "lockTable":
		case "optimizeTable":
		case "vacuum":
		case "analyze":
		case "callProcedure":
		case "doBlock":
		case "createObject":
		case "dropObject":
		case "setObjectOwner":
		case "comment":
		case "securityLabel":
		case "grant":
		case "revoke":
		case "begin":
		case "savepoint":
		case "releaseSavepoint":
		case "rollbackToSavepoint":
		case "prepareTransaction":
		case "setConstraints":
		case "sessionCommand":
		case "clientCommand":
			return;
	}
}
