/**
 * Lock states of a database file from weak to strong. Source: https://www.sqlite.org/lockingv3.html
 */
export const lockModes = ["SHARED", "RESERVED", "PENDING", "EXCLUSIVE"] as const;
