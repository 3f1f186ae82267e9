import manifest from "../package.json" with { type: "json" };

/** The version of lockkeeper. */
export const { version } = manifest;
