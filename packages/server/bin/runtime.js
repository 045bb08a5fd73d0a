// @ts-check
/**
 * Set-up that must run on whatever Node.js a machine has (18 or later): dependencies, and the runtime that can run the
 * TypeScript as it is. Plain JavaScript without dependencies, shared by `bin/lemonade.js` and `scripts/run.js`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The workspace's root directory. */
export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

/** The first release line that runs TypeScript by stripping its types, without a flag or a warning. */
const minimumMajor = 24

/** A failure that a person can mend; its message is the whole of what is shown. */
export class SetupError extends Error {}

/** The set-up's own words go to stderr: stdout belongs to the command that follows. @param {string} sentence */
function tell(sentence) {
  process.stderr.write(`lemonade: ${sentence}\n`)
}

/** @param {string} path @returns {any} */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Runs npm where `directory` is, its output on stderr. @param {string[]} args @param {string} directory @param {string} purpose */
function npm(args, directory, purpose) {
  const script = process.env.npm_execpath
  const viaNode = script?.endsWith('npm-cli.js') === true && existsSync(script)
  const command = viaNode ? process.execPath : 'npm'
  const all = [...(viaNode ? [script] : []), ...args, '--no-fund', '--no-audit', '--loglevel=error']
  // A running `npm start` hands its own settings down as npm_config_*; a prefix or a workspace among them would go astray.
  const env = { ...process.env }
  for (const name of Object.keys(env))
    if (/^npm_config_(workspaces?|local_prefix|prefix)$/i.test(name)) delete env[name]
  const shell = !viaNode && process.platform === 'win32'
  const done = spawnSync(command, all, { cwd: directory, env, shell, stdio: ['ignore', 2, 2] })
  if (done.error !== undefined) {
    throw new SetupError(
      `npm is needed to ${purpose}, but it could not be run (${done.error.message}). Install npm and try again.`,
    )
  }
  if (done.status !== 0) {
    throw new SetupError(
      `npm could not ${purpose}; its own words stand above. Is the package registry reachable? Then try again.`,
    )
  }
}

/**
 * True where npm's record of what it installed agrees with the lock file, as after somebody's own `npm install`.
 * Packages for other platforms are optional and rightly missing.
 * @param {any} lock
 */
function installedAsLocked(lock) {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = readJson(record).packages
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || entry.optional === true) continue
    if (installed[path] === undefined || installed[path].version !== entry.version) return false
  }
  return true
}

/** Installs what `package-lock.json` names where it is missing or another; cheap and offline where nothing changed. */
export function ensureDependencies() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const stamp = join(root, 'node_modules', '.lemonade-lock')
  const hash = createHash('sha256').update(lock).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  if (!installedAsLocked(JSON.parse(lock.toString('utf8')))) {
    tell('installing dependencies')
    npm(['ci', '--ignore-scripts'], root, 'install the dependencies')
  }
  try {
    writeFileSync(stamp, hash)
  } catch {
    // Installed by somebody else; the stamp only saves time.
  }
}

/** True where this very process can run the TypeScript. */
export function isNewEnough() {
  return (
    Number(process.versions.node.split('.')[0]) >= minimumMajor &&
    /** @type {any} */ (process).features.typescript === 'strip'
  )
}

/**
 * The Node.js that runs everything else: this one where it is new enough, else the pinned one, brought by npm into the
 * git-ignored `.runtime/`. @returns {string} the path of its binary
 */
export function ensureRuntime() {
  if (isNewEnough()) return process.execPath
  const version = readJson(join(root, 'package.json')).config.runtime
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${platform}-${process.arch}`
  const home = join(root, '.runtime')
  const folder = join(home, 'node_modules', name)
  const binary = join(folder, 'bin', platform === 'win' ? 'node.exe' : 'node')
  // npm writes a package's files before it puts the folder in place, so a folder of the right version is whole.
  if (existsSync(binary) && readJson(join(folder, 'package.json')).version === version) return binary
  tell(`this is Node.js ${process.versions.node}; bringing Node.js ${version} into .runtime/`)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n')
  try {
    npm(
      ['install', '--no-save', '--no-package-lock', '--ignore-scripts', `${name}@${version}`],
      home,
      `bring Node.js ${version}`,
    )
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    throw new SetupError(
      `${error.message} Or install Node.js ${minimumMajor} or later yourself (https://nodejs.org), for any platform.`,
    )
  }
  const answer = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  if (answer.stdout?.trim() !== `v${version}`) {
    throw new SetupError(
      `the Node.js that npm brought does not run on this machine (${process.platform} ${process.arch}). Install Node.js ${minimumMajor} or later yourself (https://nodejs.org).`,
    )
  }
  return binary
}

/**
 * npm and npx end at a signal without handing it past the shell they started; under them, their end is the signal.
 * Nowhere else: a server that outlives the shell it was started from is what people expect. @param {() => void} act
 */
export function whenNpmEnds(act) {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    act()
  }, 500)
  watch.unref()
}

/**
 * Runs a script on a runtime with this process's terminal, hands signals down and brings the exit code up.
 * The channel to the child lets it know when this process is killed outright.
 * @param {string} binary @param {readonly string[]} args @returns {Promise<number>}
 */
export function runOn(binary, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: process.env })
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
    for (const signal of signals) process.on(signal, () => child.kill(signal))
    whenNpmEnds(() => child.kill('SIGTERM'))
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (signal === null) return resolve(code ?? 1)
      // The shell's convention: whoever waits for us sees the same death.
      for (const each of signals) process.removeAllListeners(each)
      process.kill(process.pid, signal)
    })
  })
}

/** Ends the process with a sentence where set-up failed, with the stack where the fault is ours. @param {unknown} error */
export function fail(error) {
  tell(error instanceof SetupError ? error.message : String(error instanceof Error ? error.stack : error))
  process.exitCode = 1
}
