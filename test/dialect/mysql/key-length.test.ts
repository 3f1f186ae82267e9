import { expect, test } from "vitest";
import { lintSql } from "../../lint-sql.ts";
import { loadMysql } from "../../../src/dialect/mysql/dialect.ts";

const table = `CREATE TABLE articles (id bigint NOT NULL PRIMARY KEY, body text, title varchar(900), city varchar(500),
  street varchar(500)) CHARSET=utf8mb4;`;

async function refusals(flavor: "mysql" | "mariadb", sql: string): Promise<readonly string[]> {
	const { findings } = await lintSql(
		[
			{ id: "0001_create", sql: table },
			{ id: "0002_index", sql },
		],
		{ dialect: loadMysql(flavor), only: ["no-refused-statement"] },
	);
	return findings.map(({ message }) => /\((\d+)\)/.exec(message)?.[1] ?? message);
}

test.for([
	["CREATE INDEX articles_body ON articles (body);", ["1170"], []],
	["CREATE INDEX articles_body ON articles (body(100));", [], []],
	["CREATE INDEX articles_title ON articles (title);", ["1071"], []],
	["CREATE INDEX articles_place ON articles (city, street);", ["1071"], ["1071"]],
	["CREATE INDEX articles_place ON articles (city(100), street(100));", [], []],
	[
		"CREATE TABLE notes (title varchar(200), KEY (title)) CHARSET=utf8mb4 ROW_FORMAT=COMPACT;",
		["1071"],
		["1709"],
	],
	["CREATE TABLE notes (title varchar(2000), KEY (title)) CHARSET=utf8mb4;", ["1071"], []],
	["CREATE TABLE notes (title varchar(2000), KEY (title)) CHARSET=latin1;", [], []],
	["ALTER TABLE articles ADD UNIQUE articles_title (title);", ["1071"], []],
	["ALTER TABLE articles ADD CONSTRAINT place UNIQUE (city, street);", ["1071"], []],
	["ALTER TABLE articles ADD COLUMN code varchar(900) UNIQUE;", ["1071"], []],
	["ALTER TABLE articles ADD COLUMN code varchar(90), ADD UNIQUE (code, city);", [], []],
	["CREATE TABLE notes (title varchar(900) PRIMARY KEY) CHARSET=utf8mb4;", ["1071"], ["1071"]],
	["CREATE TABLE notes (title varchar(900), PRIMARY KEY (title(90))) CHARSET=utf8mb4;", [], []],
	["CREATE TABLE notes (body text UNIQUE) CHARSET=utf8mb4;", ["1170"], []],
	["CREATE TABLE notes (body text, FULLTEXT KEY (body)) CHARSET=utf8mb4;", [], []],
] as const)("%s", async ([sql, mysql, mariadb]) => {
	expect(await refusals("mysql", sql)).toEqual(mysql);
	expect(await refusals("mariadb", sql)).toEqual(mariadb);
});
