/** Stands for `-` among the arguments: yargs loses a bare dash that is one of several positionals. */
export const standardInputMark = "<stdin>";

/** Reads standard input to its end. */
export async function readStandardInput(): Promise<Uint8Array> {
	const chunks: Buffer[] = [];
	for await (const chunk of process.stdin) {
		if (chunk instanceof Buffer) chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
