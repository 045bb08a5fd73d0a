/** Fails where a package imports what it may not: see `import-rules.ts`. */
import { fileURLToPath } from 'node:url'
import { importViolations } from './import-rules.ts'

const violations = importViolations(fileURLToPath(new URL('..', import.meta.url)))
for (const violation of violations) console.error(violation)
if (violations.length > 0) process.exitCode = 1
