/** Returns the text in lines of at most `width` characters, cut at blanks; long words stay whole. */
export function wrap(text: string, width: number): readonly string[] {
	const lines: string[] = [];
	for (const paragraph of text.split("\n")) {
		let line = "";
		for (const word of paragraph.split(/ +/)) {
			if (line !== "" && line.length + 1 + word.length > width) {
				lines.push(line);
				line = word;
			} else {
				line = line === "" ? word : `${line} ${word}`;
			}
		}
		lines.push(line);
	}
	return lines;
}
