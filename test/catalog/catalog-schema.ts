export { formatType, schemaLines as readCatalogSchema } from "../../src/catalog/schema-lines.ts";
