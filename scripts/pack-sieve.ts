/**
 * Lays sieve.js out as a package for npm: `node scripts/pack-sieve.ts FOLDER`, then `npm publish FOLDER`. In the workspace it
 * runs from its TypeScript; under node_modules Node strips no types, so what is published is JavaScript with declarations,
 * and has `mime` inside, which is no package of its own.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = join(root, 'packages')

/** Writes the package into a folder, which is emptied before. */
export function packSieve(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  emit(folder)
  for (const file of globSync('lib/**/*.{js,d.ts}', { cwd: folder })) link(folder, file)
  cpSync(join(packages, 'sieve', 'README.md'), join(folder, 'README.md'))
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  mkdirSync(join(folder, 'bin'))
  const command = readFileSync(join(packages, 'sieve', 'bin', 'sieve.js'), 'utf8')
  writeFileSync(join(folder, 'bin', 'sieve.js'), command.replace('../src/cli.ts', '../lib/sieve/src/cli.js'))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
}

/** JavaScript and declarations of sieve and mime, side by side as their sources are. */
function emit(folder: string): void {
  const project = join(folder, 'tsconfig.json')
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, rewriteRelativeImportExtensions: true },
    ...{ rootDir: packages, outDir: join(folder, 'lib'), typeRoots: [join(root, 'node_modules', '@types')] },
  }
  // What is reached through the workspace's link counts as somebody else's and is not written, unless it is named here.
  const mime = globSync('mime/src/**/*.ts', { cwd: packages }).filter(
    name => !/\.(?:test|testing)\.ts$|\/testing\//.test(name),
  )
  const files = ['sieve/src/index.ts', 'sieve/src/cli.ts', ...mime].map(name => join(packages, name))
  writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }))
  execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project], {
    stdio: 'inherit',
  })
  rmSync(project)
}

/** Names the copy of mime that lies beside, and in declarations the files that are there. */
function link(folder: string, file: string): void {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  const mime = relative(dirname(path), join(folder, 'lib', 'mime', 'src', 'index.js')).replaceAll('\\', '/')
  const linked = text
    .replace(/(['"])@lemonade\/mime\1/g, `'${mime}'`)
    .replace(/(\bfrom |\bimport\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2')
  if (linked !== text) writeFileSync(path, linked)
}

function manifest(): object {
  const read = (name: string) => JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'))
  const { private: _, exports: __, dependencies: ___, ...about } = read('sieve')
  return {
    ...about,
    keywords: ['sieve', 'rfc5228', 'email', 'filter'],
    exports: { '.': { types: './lib/sieve/src/index.d.ts', default: './lib/sieve/src/index.js' } },
    files: ['bin', 'lib'],
    dependencies: read('mime').dependencies,
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new Error('Name the folder to write the package into.')
  packSieve(resolve(folder))
}
