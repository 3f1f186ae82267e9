import { describe, expect, test } from "vitest";
import { lowered } from "./lowering.ts";

describe("types", () => {
	test("types and domains have an operation for each change", () => {
		expect(
			lowered(
				"CREATE TYPE shop.mood AS ENUM ('sad', 'ok')",
				"ALTER TYPE mood ADD VALUE IF NOT EXISTS 'happy' AFTER 'ok'",
				"ALTER TYPE mood ADD VALUE 'none' BEFORE 'sad'",
				"ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'",
				"CREATE TYPE address AS (street text, zip varchar(10))",
				"CREATE TYPE price_range AS RANGE (subtype = numeric)",
				"CREATE TYPE box",
				"CREATE TYPE box (INPUT = box_in, OUTPUT = box_out)",
				"ALTER TYPE box SET (STORAGE = extended)",
				"CREATE DOMAIN price AS numeric(10,2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK (VALUE >= 0)",
				"ALTER DOMAIN price ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID",
				"ALTER DOMAIN price ADD NOT NULL",
				"ALTER DOMAIN price DROP CONSTRAINT IF EXISTS small",
				"ALTER DOMAIN price VALIDATE CONSTRAINT small",
				"ALTER DOMAIN price SET NOT NULL",
				"ALTER DOMAIN price DROP NOT NULL",
				"ALTER DOMAIN price SET DEFAULT 1",
				"ALTER DOMAIN price DROP DEFAULT",
			),
		).toMatchInlineSnapshot(`
			"CREATE TYPE shop.mood AS ENUM ('sad', 'ok')
			  createEnum type=shop.mood values=[sad, ok]
			ALTER TYPE mood ADD VALUE IF NOT EXISTS 'happy' AFTER 'ok'
			  addEnumValue type=mood value=happy ifNotExists neighbour={value=ok side=after}
			ALTER TYPE mood ADD VALUE 'none' BEFORE 'sad'
			  addEnumValue type=mood value=none neighbour={value=sad side=before}
			ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'
			  renameEnumValue type=mood value=ok to=fine
			CREATE TYPE address AS (street text, zip varchar(10))
			  createCompositeType type=address attributes=[{name=street type=text}, {name=zip type=varchar(10)}]
			CREATE TYPE price_range AS RANGE (subtype = numeric)
			  createOtherType type=price_range form=range
			CREATE TYPE box
			  createOtherType type=box form=shell
			CREATE TYPE box (INPUT = box_in, OUTPUT = box_out)
			  createOtherType type=box form=base
			ALTER TYPE box SET (STORAGE = extended)
			  alterObject object=type name=box action=set storage
			CREATE DOMAIN price AS numeric(10,2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK (VALUE >= 0)
			  createDomain domain=price type=numeric(10, 2) default='0' constraints=[{enforced type=notNull columns=[value]}, {name=positive enforced type=check expression=value >= '0'}]
			ALTER DOMAIN price ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID
			  alterDomain domain=price action={kind=addConstraint constraint={name=small notValid enforced type=check expression=value < '1000'}}
			ALTER DOMAIN price ADD NOT NULL
			  alterDomain domain=price action={kind=addConstraint constraint={enforced type=notNull columns=[value]}}
			ALTER DOMAIN price DROP CONSTRAINT IF EXISTS small
			  alterDomain domain=price action={kind=dropConstraint constraint=small ifExists}
			ALTER DOMAIN price VALIDATE CONSTRAINT small
			  alterDomain domain=price action={kind=validateConstraint constraint=small}
			ALTER DOMAIN price SET NOT NULL
			  alterDomain domain=price action={kind=setNotNull}
			ALTER DOMAIN price DROP NOT NULL
			  alterDomain domain=price action={kind=dropNotNull}
			ALTER DOMAIN price SET DEFAULT 1
			  alterDomain domain=price action={kind=setDefault default='1'}
			ALTER DOMAIN price DROP DEFAULT
			  alterDomain domain=price action={kind=dropDefault}"
		`);
	});
});
