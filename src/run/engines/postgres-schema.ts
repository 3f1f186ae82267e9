/** The number of key columns: before INCLUDE (PostgreSQL 11) all columns are. */
const keyColumns = (version: number): string => (version < 11 ? "indnatts" : "indnkeyatts");

/** Whether the schema is one of users. */
export const inSchemas = (alias: string) =>
	`(${alias}.nspname not like 'pg\\_%' or ${alias}.nspname like 'pg\\_temp%') and ${alias}.nspname <> 'information_schema'`;

const schemaName = "regexp_replace(n.nspname, '^pg_temp.*', 'pg_temp')";

/** One query for each kind of object; each gives lines of text. */
const queriesOf = (version: number): readonly string[] => [
	`select 'schema ' || n.nspname from pg_namespace n where ${inSchemas("n")} and n.nspname not like 'pg\\_temp%'`,

	`select 'table ' || ${schemaName} || '.' || c.relname
		|| ' ' || case c.relkind when 'r' then 'table' when 'p' then 'partitioned' else 'foreign' end
		|| ' ' || case c.relpersistence when 'p' then 'permanent' when 'u' then 'unlogged' else 'temporary' end
		|| case when c.relrowsecurity then ' rls' else '' end
		|| case when c.relforcerowsecurity then ' forced' else '' end
		|| coalesce((select ' rules ' || string_agg(rulename, ',' order by rulename) from pg_rewrite r where r.ev_class = c.oid), '')
		|| coalesce((select case when c.relispartition then ' partition of ' else ' inherits ' end
			|| string_agg(p.relname, ',' order by i.inhseqno) from pg_inherits i join pg_class p on p.oid = i.inhparent where i.inhrelid = c.oid), '')
		|| coalesce(' with ' || array_to_string(c.reloptions, ','), '')
	from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'f') and ${inSchemas("n")}`,

	`select 'column ' || ${schemaName} || '.' || c.relname || '.' || a.attname || ' '
		|| format_type(a.atttypid, a.atttypmod)
		|| case when a.attnotnull and not exists (
			select from pg_constraint k where k.conrelid = c.oid and k.contype = 'n'
			and k.conkey[1] = a.attnum and not k.convalidated) then ' not null' else '' end
		|| case a.attidentity when 'a' then ' identity always' when 'd' then ' identity byDefault' else '' end
		|| ${version < 12 ? "''" : "case a.attgenerated when 's' then ' generated stored' when 'v' then ' generated virtual' else '' end"}
		|| case when a.atthasdef${version < 12 ? "" : " and a.attgenerated = ''"} then ' default' else '' end
		|| case when c.relkind in ('r', 'p') then ' #' || row_number() over (partition by c.oid order by a.attnum) else '' end
	from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
	where c.relkind in ('r', 'p', 'f') and a.attnum > 0 and not a.attisdropped and ${inSchemas("n")}`,

	`select 'constraint ' || ${schemaName} || '.' || c.relname || '.' || k.conname || ' '
		|| case k.contype when 'n' then 'notNull' when 'c' then 'check' when 'f' then 'foreignKey'
			when 'p' then 'primaryKey' when 'u' then 'unique' when 'x' then 'exclude' end
		|| case when k.convalidated then '' else ' not validated' end
		|| ${version < 18 ? "''" : "case when k.conenforced then '' else ' not enforced' end"}
		|| case when k.condeferrable then ' deferrable' else '' end
		|| case when k.contype in ('c', 'x') then '' else ' (' || coalesce((
			select string_agg(a.attname, ',' order by o.at) from unnest(k.conkey) with ordinality o(num, at)
			join pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.num), '') || ')' end
		|| coalesce(' references ' || (select t.relname from pg_class t where t.oid = k.confrelid) || '('
			|| (select string_agg(a.attname, ',' order by o.at) from unnest(k.confkey) with ordinality o(num, at)
			join pg_attribute a on a.attrelid = k.confrelid and a.attnum = o.num) || ')', '')
		|| case when k.contype in ('n', 'c') and not k.conislocal then ' inherited'
			${version < 11 ? "" : "when k.conparentid <> 0 then ' inherited'"} else '' end
	from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
	where k.contype <> 't' and ${inSchemas("n")}
	${version < 11 ? "" : "and not exists (select from pg_constraint p where p.oid = k.conparentid and p.conrelid = k.conrelid)"}`,

	`select 'index ' || ${schemaName} || '.' || c.relname || ' on ' || t.relname
		|| case when i.indisunique then ' unique' else '' end
		|| case when i.indisvalid then '' else ' invalid' end
		|| ' ' || (select amname from pg_am where oid = c.relam)
		|| ' (' || (select string_agg(case when i.indkey[o.at::int - 1] = 0 then 'expression' else (
				select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[o.at::int - 1]) end, ',' order by o.at)
			from generate_series(1, i.${keyColumns(version)}) o(at)) || ')'
		|| coalesce(' include (' || (select string_agg((
				select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[o.at::int - 1]), ',' order by o.at)
			from generate_series(i.${keyColumns(version)} + 1, i.indnatts) o(at)) || ')', '')
		|| case when i.indpred is null then '' else ' where' end
		|| coalesce(' constraint ' || (select conname from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x')), '')
		|| coalesce(' of ' || (select p.relname from pg_inherits h join pg_class p on p.oid = h.inhparent where h.inhrelid = c.oid), '')
	from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
	join pg_namespace n on n.oid = c.relnamespace where ${inSchemas("n")}`,

	`select 'trigger ' || t.relname || '.' || g.tgname || ' '
		|| case g.tgenabled when 'O' then 'enabled' when 'D' then 'disabled' when 'R' then 'replica' else 'always' end
		|| ' ' || p.proname || ${version < 13 ? "''" : "case when g.tgparentid <> 0 then ' inherited' else '' end"}
	from pg_trigger g join pg_class t on t.oid = g.tgrelid join pg_namespace n on n.oid = t.relnamespace
	join pg_proc p on p.oid = g.tgfoid where not g.tgisinternal and ${inSchemas("n")}`,

	`select 'policy ' || t.relname || '.' || p.polname || ' '
		|| case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end
		|| case when p.polpermissive then '' else ' restrictive' end
	from pg_policy p join pg_class t on t.oid = p.polrelid`,

	`select 'sequence ' || ${schemaName} || '.' || c.relname
		|| coalesce(' owned by ' || (select t.relname || '.' || a.attname from pg_depend d join pg_class t on t.oid = d.refobjid
			join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
			where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i') and d.refclassid = 'pg_class'::regclass), '')
	from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'S' and ${inSchemas("n")}`,

	`select case c.relkind when 'v' then 'view ' else 'materialized view ' end || ${schemaName} || '.' || c.relname
		|| ' (' || (select string_agg(attname, ',' order by attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) || ')'
		|| case when c.relkind = 'm' and not c.relispopulated then ' not populated' else '' end
		|| ' reads ' || coalesce((select string_agg(distinct t.relname, ',' order by t.relname) from pg_rewrite r
			join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
			join pg_class t on t.oid = d.refobjid where r.ev_class = c.oid and t.oid <> c.oid and t.relkind <> 'S'), '')
		|| ' columns ' || coalesce((select string_agg(distinct t.relname || '.' || a.attname, ',' order by t.relname || '.' || a.attname)
			from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
			join pg_class t on t.oid = d.refobjid join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
			where r.ev_class = c.oid and t.oid <> c.oid and d.refobjsubid > 0), '')
	from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm') and ${inSchemas("n")}`,

	`select 'enum ' || n.nspname || '.' || t.typname || ' ' || coalesce((select string_agg(enumlabel, ',' order by enumsortorder) from pg_enum e where e.enumtypid = t.oid), '')
	from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and ${inSchemas("n")}`,

	`select 'domain ' || n.nspname || '.' || t.typname || ' ' || format_type(t.typbasetype, t.typtypmod)
		|| case when t.typnotnull then ' not null' else '' end
		|| case when t.typdefault is null then '' else ' default' end
		|| coalesce((select ' ' || string_agg(conname || case when convalidated then '' else ' not validated' end, ',' order by conname) from pg_constraint k where k.contypid = t.oid), '')
	from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'd' and ${inSchemas("n")}`,

	`select 'composite ' || n.nspname || '.' || t.typname || ' ' || coalesce((select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ',' order by a.attnum)
		from pg_attribute a where a.attrelid = c.oid and not a.attisdropped), '')
	from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c' join pg_namespace n on n.oid = t.typnamespace where ${inSchemas("n")}`,

	`select 'range ' || n.nspname || '.' || t.typname from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'r' and ${inSchemas("n")}`,

	`select 'routine ' || n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ') '
		|| ${version < 11 ? "case when p.proisagg then 'aggregate' else 'function' end" : "case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end"}
		|| ' ' || case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end
		|| case when p.prosecdef then ' security definer' else '' end
		|| coalesce(' set ' || (select string_agg(split_part(setting, '=', 1), ',' order by setting) from unnest(p.proconfig) setting), '')
	from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${inSchemas("n")}
	and not exists (select from pg_depend d where d.objid = p.oid and d.deptype in ('e', 'i'))`,

	"select 'extension ' || extname from pg_extension where extname <> 'plpgsql'",
];

/**
 * Returns the query for the schema of a server in the words of src/catalog/schema-lines.ts: one row for each fact.
 * The search_path must be empty when it runs, or types lose their schemas.
 */
export function schemaQuery(version: number): string {
	return queriesOf(version)
		.map((query) => `select * from (${query}) q(line)`)
		.join("\nunion all\n");
}
