import { lazily } from "../lazy.ts";

/** The reader of Ruby, which only Rails needs. */
export const railsReader = lazily(() => import("../embedded/rails/read.ts"));
