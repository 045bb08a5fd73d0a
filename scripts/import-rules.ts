/** Which package may import which, as the architecture draws it; `check-imports.ts` fails where the code disagrees. */
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** Downwards only: a package's folder, and the folders of those that it may import. `server` stands on all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  mime: [],
  net: [],
  store: ['mime'],
  sieve: ['mime'],
  urlauth: ['store', 'mime'],
  convert: ['store', 'mime', 'net'],
  filter: ['sieve', 'store', 'convert', 'mime', 'net'],
  auth: ['store', 'net'],
  esmtp: ['net', 'auth', 'store', 'mime'],
  imap: ['net', 'auth', 'urlauth', 'convert', 'store', 'mime'],
  submit: ['esmtp', 'auth', 'urlauth', 'store', 'mime', 'net'],
  mta: ['esmtp', 'filter', 'sieve', 'store', 'mime', 'net'],
  managesieve: ['net', 'auth', 'store', 'sieve'],
  notify: ['urlauth', 'store', 'mime', 'net'],
  server: [
    'imap',
    'submit',
    'mta',
    'managesieve',
    'notify',
    'urlauth',
    'esmtp',
    'filter',
    'sieve',
    'auth',
    'convert',
    'store',
    'net',
    'mime',
  ],
}

/** Libraries that one place hides from the rest. */
const onlyIn: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['packages/store/src/', 'packages/server/src/run/lock'],
  'smtp-server': ['packages/esmtp/src/'],
  'node-forge': ['packages/server/src/tls/'],
  'web-push': ['packages/notify/src/sinks/'],
}

interface Package {
  readonly folder: string
  readonly name: string
  readonly dependencies: readonly string[]
  /** Ways into it beside its index, as specifiers: for tests. */
  readonly sideDoors: readonly string[]
}

interface Import {
  /** Relative to the root, with forward slashes. */
  readonly file: string
  readonly specifier: string
}

/** Tests, what they share, and the processes that they start: `a.test.ts`, `testing.ts`, `sink.testing.ts`, `crash.child.ts`. */
const testFile = /(?:^|[./])(?:test|testing|child)\.ts$/

/** Every way of naming a module: import and export from, bare import, `import()` and types by it. */
const forms = [
  /^\s*(?:import|export)\b[^'"`;=]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
]

/** One sentence a violation, in the order of files. */
export function importViolations(root: string): readonly string[] {
  const packages = readdirSync(join(root, 'packages')).map(folder => packageOf(root, folder))
  // Tests may use whatever the workspace installs: none of it reaches the server by them.
  const forTests = [
    ...Object.keys(json(join(root, 'package.json')).devDependencies ?? {}),
    ...packages.flatMap(({ dependencies }) => dependencies),
  ]
  return packages.flatMap(each => violationsOf(root, each, packages, forTests))
}

function violationsOf(
  root: string,
  own: Package,
  packages: readonly Package[],
  forTests: readonly string[],
): readonly string[] {
  const found: string[] = []
  const allowed = mayImport[own.folder]
  if (allowed === undefined) return [`packages/${own.folder} has no place in scripts/import-rules.ts.`]
  const used = new Set<string>()
  for (const { file, specifier } of importsOf(root, own)) {
    const isTest = testFile.test(file)
    const say = (what: string) => found.push(`${file} imports ${specifier}: ${what}.`)
    if (specifier.startsWith('.')) {
      const target = relative(join(root, 'packages', own.folder), resolve(root, dirname(file), specifier))
      const isSupport = isTest && /^\.\.\/\w+\/src\/testing\.ts$/.test(target.split(sep).join('/'))
      if (target.startsWith('..') && !isSupport) say('a relative path must stay inside its package')
      continue
    }
    if (isBuiltin(specifier)) {
      if (!specifier.startsWith('node:')) say(`write node:${specifier}`)
      continue
    }
    const name = packageName(specifier)
    used.add(name)
    const sibling = packages.find(other => other.name === name)
    if (sibling !== undefined) {
      const isOpen = specifier === name || (isTest && sibling.sideDoors.includes(specifier))
      if (!isOpen) say('a package is entered by its index only')
      if (sibling.folder === own.folder) say('a package does not import itself by name')
      else if (!allowed.includes(sibling.folder)) say(`${own.folder} may not import ${sibling.folder}`)
    }
    const places = onlyIn[name]
    if (!isTest && places !== undefined && !places.some(place => file.startsWith(place)))
      say(`only ${places.join(', ')} may`)
    const declared = own.dependencies.includes(name) || (isTest && forTests.includes(name))
    if (!declared) say(`packages/${own.folder}/package.json does not name ${name}`)
  }
  for (const name of own.dependencies) {
    if (!used.has(name)) found.push(`packages/${own.folder}/package.json names ${name}, which nothing there imports.`)
  }
  return found
}

function importsOf(root: string, own: Package): readonly Import[] {
  const source = join(root, 'packages', own.folder, 'src')
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .sort()
    .flatMap(name => {
      const file = join(source, name)
      const text = readFileSync(file, 'utf8')
      const specifiers = forms.flatMap(form => [...text.matchAll(form)].map(match => match[1] as string))
      const shown = relative(root, file).split(sep).join('/')
      return [...new Set(specifiers)].map(specifier => ({ file: shown, specifier }))
    })
}

function packageOf(root: string, folder: string): Package {
  const { name = folder, dependencies, exports = {} } = json(join(root, 'packages', folder, 'package.json'))
  const sideDoors = Object.keys(exports).map(door => name + door.slice(1))
  return { folder, name, dependencies: Object.keys(dependencies ?? {}), sideDoors }
}

/** `@scope/name/path` and `name/path` without the path. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

interface Manifest {
  readonly name?: string
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

function json(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}
