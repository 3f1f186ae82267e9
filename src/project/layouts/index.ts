import { alembic } from "./alembic.ts";
import { atlas } from "./atlas.ts";
import { dbMigrate } from "./db-migrate.ts";
import { dbmate } from "./dbmate.ts";
import { diesel } from "./diesel.ts";
import { django } from "./django.ts";
import { drizzle } from "./drizzle.ts";
import { flyway } from "./flyway.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { goose } from "./goose.ts";
import { graphileMigrate } from "./graphile-migrate.ts";
import { hasura } from "./hasura.ts";
import type { Layout } from "./layout.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { liquibase } from "./liquibase.ts";
import { mikroOrm } from "./mikro-orm.ts";
import { morph } from "./morph.ts";
import { nodePgMigrate } from "./node-pg-migrate.ts";
import { plain } from "./plain.ts";
import { playEvolutions } from "./play-evolutions.ts";
import { pop } from "./pop.ts";
import { postgresMigrations } from "./postgres-migrations.ts";
import { prisma } from "./prisma.ts";
import { rails } from "./rails.ts";
import { rambler } from "./rambler.ts";
import { refinery } from "./refinery.ts";
import { sequelize } from "./sequelize.ts";
import { sqitch } from "./sqitch.ts";
import { sqlMigrate } from "./sql-migrate.ts";
import { sqlx } from "./sqlx.ts";
import { supabase } from "./supabase.ts";
import { temporal } from "./temporal.ts";
import { tern } from "./tern.ts";
import { typeorm } from "./typeorm.ts";
import { versionFolders } from "./version-folders.ts";

/**
 * Every layout, the one with the surest evidence first: files of the tool's own, then lines of its own,
 * then names that several tools share.
 */
export const layouts: readonly Layout[] = [
	prisma,
	drizzle,
	sqitch,
	graphileMigrate,
	supabase,
	hasura,
	diesel,
	pop,
	dbmate,
	goose,
	sqlMigrate,
	rambler,
	tern,
	playEvolutions,
	nodePgMigrate,
	mikroOrm,
	typeorm,
	dbMigrate,
	sequelize,
	kysely,
	knex,
	liquibase,
	refinery,
	flyway,
	morph,
	sqlx,
	golangMigrate,
	postgresMigrations,
	atlas,
	alembic,
	django,
	rails,
	temporal,
	versionFolders,
	plain,
];
