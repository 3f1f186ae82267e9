/** Thrown inside the portable engine for what it cannot read for certain; its reader makes an `Unread` of it. */
export class Unreadable extends Error {}
