// @ts-check
/**
 * `npm start`, `npm test`, `npm run check`, `npm run bench`, `npm run format`: sets up what is missing, then runs the
 * command on the project's runtime. Plain JavaScript, since it starts on any Node.js from 18.
 */
import { join } from 'node:path'
import process from 'node:process'
import { ensureDependencies, ensureRuntime, fail, root, runOn, SetupError } from '../packages/server/bin/runtime.js'
import { testFiles } from './test-files.js'

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')

/**
 * Each command's steps, as arguments of the runtime; all of a command's steps run, whether or not one fails.
 * @type {Record<string, (args: string[]) => string[][]>}
 */
const commands = {
  serve: args => [[join(root, 'packages', 'server', 'bin', 'lemonade.js'), 'serve', ...args]],
  test: args => [
    ['--test', '--test-concurrency=2', '--test-timeout=600000', ...(args.length > 0 ? args : testFiles(root))],
  ],
  check: () => [
    [tsc, '-p', root],
    [biome, 'ci', root],
    [join(root, 'scripts', 'check-imports.ts')],
    [join(root, 'scripts', 'standards.ts')],
    [join(root, 'scripts', 'readme.ts'), '--check'],
  ],
  bench: args => [[join(root, 'scripts', 'bench', 'main.ts'), ...args]],
  format: () => [
    [join(root, 'scripts', 'configuration-doc.ts')],
    [join(root, 'scripts', 'readme.ts')],
    [biome, 'check', '--write', root],
  ],
}

try {
  const [name = '', ...args] = process.argv.slice(2)
  const steps = commands[name]
  if (steps === undefined) throw new SetupError(`usage: node scripts/run.js ${Object.keys(commands).join('|')}`)
  ensureDependencies()
  const runtime = ensureRuntime()
  // Test files and the processes they start load the same modules again and again.
  process.env['NODE_COMPILE_CACHE'] ??= join(root, '.runtime', 'cache')
  // A server's paths are the caller's; everything else is named from the root.
  if (name !== 'serve') process.chdir(root)
  process.exitCode = 0
  for (const step of steps(args)) {
    const code = await runOn(runtime, step)
    if (code !== 0) process.exitCode = code
  }
} catch (error) {
  fail(error)
}
