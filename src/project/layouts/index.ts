import { dbmate } from "./dbmate.ts";
import { drizzle } from "./drizzle.ts";
import { flyway } from "./flyway.ts";
import { golangMigrate } from "./golang-migrate.ts";
import { goose } from "./goose.ts";
import type { Layout } from "./layout.ts";
import { plain } from "./plain.ts";
import { prisma } from "./prisma.ts";
import { supabase } from "./supabase.ts";

/** Every layout, the one with the surest evidence first. */
export const layouts: readonly Layout[] = [
	prisma,
	drizzle,
	supabase,
	dbmate,
	goose,
	flyway,
	golangMigrate,
	plain,
];
