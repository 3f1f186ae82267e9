import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("sessions", () => {
	test("settings are lower case and know how long they last", () => {
		expect(
			lowered(
				"SET lock_timeout = '5s'",
				"SET LOCAL statement_timeout TO 0",
				'SET search_path TO shop, "Archive"',
				"SET search_path = ''",
				"SET TimeZone TO DEFAULT",
				"SET TIME ZONE 'UTC'",
				"SET LOCAL TIME ZONE INTERVAL '1' HOUR TO MINUTE",
				"SET NAMES 'UTF8'",
				"SET ROLE app",
				"SET enable_seqscan = off",
				"SET x.y = -5",
				"RESET lock_timeout",
				"RESET ALL",
				"SET x.y FROM CURRENT",
				"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
				"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
				"SET CONSTRAINTS ALL DEFERRED",
				"SET CONSTRAINTS fk IMMEDIATE",
			),
		).toMatchInlineSnapshot(`
			"SET lock_timeout = '5s'
			  setParameter name=lock_timeout value=5s scope=session
			SET LOCAL statement_timeout TO 0
			  setParameter name=statement_timeout value=0 scope=local
			SET search_path TO shop, "Archive"
			  setParameter name=search_path value=shop, Archive scope=session
			SET search_path = ''
			  setParameter name=search_path value= scope=session
			SET TimeZone TO DEFAULT
			  setParameter name=timezone scope=session
			SET TIME ZONE 'UTC'
			  setParameter name=timezone value=UTC scope=session
			SET LOCAL TIME ZONE INTERVAL '1' HOUR TO MINUTE
			  setParameter name=timezone value=1 scope=local
			SET NAMES 'UTF8'
			  setParameter name=client_encoding value=UTF8 scope=session
			SET ROLE app
			  setParameter name=role value=app scope=session
			SET enable_seqscan = off
			  setParameter name=enable_seqscan value=off scope=session
			SET x.y = -5
			  setParameter name=x.y value=-5 scope=session
			RESET lock_timeout
			  setParameter name=lock_timeout scope=session
			RESET ALL
			  resetAllParameters
			SET x.y FROM CURRENT
			  sessionCommand command=SET x.y FROM CURRENT
			SET TRANSACTION ISOLATION LEVEL SERIALIZABLE
			  sessionCommand command=SET TRANSACTION
			SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY
			  sessionCommand command=SET SESSION CHARACTERISTICS
			SET CONSTRAINTS ALL DEFERRED
			  setConstraints deferred
			SET CONSTRAINTS fk IMMEDIATE
			  setConstraints"
		`);
	});

	test("transactions and savepoints are told apart", () => {
		expect(
			lowered(
				"BEGIN",
				"START TRANSACTION READ ONLY",
				"COMMIT AND CHAIN",
				"END",
				"ROLLBACK",
				"ABORT",
				"SAVEPOINT one",
				"RELEASE one",
				"ROLLBACK TO SAVEPOINT one",
				"PREPARE TRANSACTION 'tx'",
				"COMMIT PREPARED 'tx'",
			),
		).toMatchInlineSnapshot(`
			"BEGIN
			  begin
			START TRANSACTION READ ONLY
			  begin
			COMMIT AND CHAIN
			  commit chain
			END
			  commit
			ROLLBACK
			  rollback
			ABORT
			  rollback
			SAVEPOINT one
			  savepoint name=one
			RELEASE one
			  releaseSavepoint name=one
			ROLLBACK TO SAVEPOINT one
			  rollbackToSavepoint name=one
			PREPARE TRANSACTION 'tx'
			  prepareTransaction id=tx
			COMMIT PREPARED 'tx'
			  sessionCommand command=COMMIT PREPARED"
		`);
	});

	test("commands bring along what they run", () => {
		expect(
			lowered(
				"EXPLAIN UPDATE orders SET total = 1",
				"EXPLAIN (ANALYZE) UPDATE orders SET total = 1",
				"EXPLAIN ANALYZE CREATE TABLE totals AS SELECT 1",
				"PREPARE q AS SELECT 1",
				"EXECUTE q",
				"DEALLOCATE ALL",
				"DECLARE c CURSOR FOR SELECT 1",
				"FETCH 5 FROM c",
				"MOVE 5 FROM c",
				"CLOSE c",
				"LISTEN news",
				"UNLISTEN *",
				"NOTIFY news, 'x'",
				"LOAD 'auto_explain'",
				"CHECKPOINT",
				"SHOW lock_timeout",
				"DISCARD ALL",
				"DISCARD TEMP",
			),
		).toMatchInlineSnapshot(`
			"EXPLAIN UPDATE orders SET total = 1
			  sessionCommand command=EXPLAIN planned=[{kind=update table=orders set=[{column=total value='1'}]}]
			EXPLAIN (ANALYZE) UPDATE orders SET total = 1
			  sessionCommand command=EXPLAIN
			  update table=orders set=[{column=total value='1'}]
			EXPLAIN ANALYZE CREATE TABLE totals AS SELECT 1
			  sessionCommand command=EXPLAIN
			  createTableAs table=totals persistence=permanent query={targets=[{expression='1'}]} withData
			PREPARE q AS SELECT 1
			  sessionCommand command=PREPARE planned=[{kind=select query={targets=[{expression='1'}]}}]
			EXECUTE q
			  sessionCommand command=EXECUTE
			DEALLOCATE ALL
			  sessionCommand command=DEALLOCATE
			DECLARE c CURSOR FOR SELECT 1
			  sessionCommand command=DECLARE
			  select query={targets=[{expression='1'}]}
			FETCH 5 FROM c
			  sessionCommand command=FETCH
			MOVE 5 FROM c
			  sessionCommand command=MOVE
			CLOSE c
			  sessionCommand command=CLOSE
			LISTEN news
			  sessionCommand command=LISTEN
			UNLISTEN *
			  sessionCommand command=UNLISTEN
			NOTIFY news, 'x'
			  sessionCommand command=NOTIFY
			LOAD 'auto_explain'
			  sessionCommand command=LOAD
			CHECKPOINT
			  sessionCommand command=CHECKPOINT
			SHOW lock_timeout
			  sessionCommand command=SHOW
			DISCARD ALL
			  sessionCommand command=DISCARD ALL
			  resetAllParameters
			DISCARD TEMP
			  sessionCommand command=DISCARD TEMP"
		`);
	});
});
