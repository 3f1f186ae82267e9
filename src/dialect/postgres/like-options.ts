/** What LIKE can include, in the order of the bits of TableLikeOption in the server's parsenodes.h. */
export const likeOptions = [
	"comments",
	"compression",
	"constraints",
	"defaults",
	"generated",
	"identity",
	"indexes",
	"statistics",
	"storage",
] as const;
