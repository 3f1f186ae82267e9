import {
	DidChangeWatchedFilesNotification,
	type Connection,
	type FileSystemWatcher,
} from "vscode-languageserver";

/** What decides what is said of an open file, beside its own text: the config, and every other migration. */
const globs = [
	"**/lockkeeper.config.{json,jsonc,ts,mts,js,mjs}",
	"**/lockkeeper.{baseline,statistics}.json",
	"**/*.sql",
	"**/*migrat*/**/*.{js,ts,cjs,mjs,cts,mts,json,toml,xml,yaml,yml}",
	"**/{*migrate,migrations,versions}/*.{py,rb}",
	"**/{sqitch.plan,atlas.hcl,alembic.ini,tern.conf,dbconfig.yml,flyway.conf,flyway.toml}",
];

/** Asks the editor to tell of changes of these files on the disk. */
export async function watchFiles(connection: Connection): Promise<void> {
	const watchers = globs.map((globPattern): FileSystemWatcher => ({ globPattern }));
	await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
}
