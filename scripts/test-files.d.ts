/** What `test-files.js` exports; it is JavaScript because it runs before the runtime is there. */
export function testFiles(
  root: string,
  io?: { env?: Readonly<Record<string, string | undefined>>; say?: (line: string) => void; libraries?: string },
): string[]
