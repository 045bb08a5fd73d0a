/**
 * Where conversions run. On Linux in name spaces of their own (user, mount, process, network, IPC): the root holds what
 * the system installs, read-only, and an empty directory in memory; there is no network, not even a loopback, and no
 * other process to see. Where name spaces are not to be had, resource limits are what is left.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import { script } from './confine-script.ts'
import { findProgram } from './find-program.ts'

/** `namespaces`: as said above. `limits`: bounds of time, memory and files alone. */
export type Confinement = 'namespaces' | 'limits'

export interface ConfinedCommand {
  readonly file: string
  readonly args: readonly string[]
}

export interface Resources {
  /** Seconds of processor time, a backstop behind the watch by the clock. */
  readonly cpuSeconds: number
  /** Octets of address space, or null where the program reserves more than it uses, as V8 does. */
  readonly addressOctets: number | null
  /** Octets in its directory, and of each file there. */
  readonly scratchOctets: number
}

export interface CommandToConfine {
  readonly program: string
  readonly args: readonly string[]
  readonly resources: Resources
  /** Directories and files that it needs to read beside the system's. */
  readonly readable: readonly string[]
  /** Its standard input is this file in its directory instead, and its output that file's octets. */
  readonly files?: { readonly input: string; readonly output: string | null }
  /** Its directory, where it has no name space: it must exist. */
  readonly directory: string
}

/** What programs need of the system: directories, or links to some, that are bound read-only. */
const systemDirectories = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/nix/store', '/gnu/store', '/etc/libreoffice'],
]

/** What they need of /etc is copied: none of it is a secret, and it is small. */
const systemSettings = ['alternatives', 'fonts', 'ld.so.cache', 'localtime', 'mime.types']

const devices = ['/dev/null', '/dev/random', '/dev/urandom', '/dev/zero']

/** Directories over which a new root can be laid: Debian has the first on each machine. */
const roots = ['/mnt', '/media', '/srv', '/opt', '/home']

export class Confiner {
  readonly kind: Confinement
  readonly #hidden: readonly string[]
  readonly #shell: string
  readonly #nice: string | null
  readonly #setpriv: string | null
  readonly #unshare: string | null

  /** Tries what the system allows. `hidden` are directories that stay out of sight even below a readable one. */
  constructor(hidden: readonly string[]) {
    this.#hidden = hidden.filter(existsSync).map(path => realpathSync(path))
    this.#shell = findProgram('sh') ?? '/bin/sh'
    this.#nice = findProgram('nice')
    this.#setpriv = process.platform === 'linux' ? findProgram('setpriv') : null
    this.#unshare = process.platform === 'linux' ? findProgram('unshare') : null
    this.kind = this.#namespacesWork() ? 'namespaces' : 'limits'
  }

  command(command: CommandToConfine): ConfinedCommand {
    return this.#command(command, this.kind)
  }

  #command(command: CommandToConfine, kind: Confinement): ConfinedCommand {
    const { program, args, resources, files } = command
    const settings = {
      ...(kind === 'namespaces' ? this.#rootSettings([program, ...command.readable]) : noRoot),
      CONFINED_DIRECTORY: command.directory,
      CONFINED_SCRATCH: String(resources.scratchOctets),
      CONFINED_CPU: String(resources.cpuSeconds),
      CONFINED_ADDRESS: resources.addressOctets === null ? '' : String(resources.addressOctets),
      CONFINED_INPUT: files?.input ?? '',
      CONFINED_OUTPUT: files?.output ?? '',
      CONFINED_SETPRIV: kind === 'namespaces' ? (this.#setpriv ?? '') : '',
    }
    const assignments = Object.entries(settings).map(([name, value]) => `${name}=${quoted(value)}`)
    const inner = [this.#shell, '-c', `${assignments.join('\n')}\n${script}`, 'confined', program, ...args]
    const spaces =
      kind === 'namespaces' && this.#unshare !== null
        ? [
            this.#unshare,
            '--user',
            '--map-root-user',
            '--net',
            '--mount',
            '--pid',
            '--ipc',
            '--uts',
            '--fork',
            '--kill-child=KILL',
            '--',
          ]
        : []
    // The server's death is that of everything it started, and a kill of the outermost that of the whole name space.
    const bound = this.#setpriv === null ? [] : [this.#setpriv, '--pdeathsig', 'KILL', '--']
    // Connections come first: a conversion takes what they leave of the processors.
    const behind = this.#nice === null ? [] : [this.#nice, '-n', '10']
    const [file = this.#shell, ...rest] = [...behind, ...bound, ...spaces, ...inner]
    return { file, args: rest }
  }

  /** The new root: what is bound there, copied there and hidden there. */
  #rootSettings(own: readonly string[]): Readonly<Record<string, string>> {
    const readable = own.map(path => realpathSync(path)).filter(path => !isInside(path, '/usr'))
    const root = roots.find(each => existsSync(each) && !readable.some(path => isInside(path, each))) ?? '/'
    const system = systemDirectories.filter(existsSync)
    const bound = [...system.filter(path => !isLink(path)), ...readable]
    const hidden = this.#hidden.filter(path => bound.some(each => isInside(path, each)))
    const directories = bound.filter(isDirectory)
    const files = [...bound.filter(path => !isDirectory(path)), ...devices]
    const within = (paths: readonly string[]) => paths.map(path => root + path)
    const mounts = [
      ...directories.map(path => [path, path, 'none', 'rbind,ro']),
      ...files.map(path => [path, path, 'none', devices.includes(path) ? 'bind' : 'bind,ro']),
      ...hidden.map(path => ['tmpfs', path, 'tmpfs', 'size=4096,mode=500,ro']),
      // A container may forbid it; what runs here can do without.
      ['proc', '/proc', 'proc', 'nosuid,nodev,noexec,nofail'],
    ]
    return {
      CONFINED_ROOT: root,
      CONFINED_DIRECTORIES: within([...directories, ...files.map(dirname), '/proc']).join('\n'),
      CONFINED_FILES: within(files).join('\n'),
      CONFINED_LINKS: system.filter(isLink).join('\n'),
      CONFINED_ETC: systemSettings
        .map(name => `/etc/${name}`)
        .filter(existsSync)
        .join('\n'),
      CONFINED_MOUNTS: mounts
        .map(([source = '', target = '', type, options]) =>
          [fstabWord(source), fstabWord(root + target), type, options, '0 0'].join(' '),
        )
        .join('\n'),
    }
  }

  #namespacesWork(): boolean {
    if (this.#unshare === null || this.#setpriv === null) return false
    const command = {
      program: this.#shell,
      // Proof of each wall: no other process, no device but the loopback's which is down, nothing of the machine's.
      args: ['-c', '[ "$$" -le 100 ] && [ ! -e /home ] && [ ! -e /root ] && ! touch /usr/touched 2>/dev/null'],
      resources: { cpuSeconds: 10, addressOctets: null, scratchOctets: 1_048_576 },
      ...{ readable: [], directory: '/' },
    }
    const { file, args } = this.#command(command, 'namespaces')
    return spawnSync(file, args, { stdio: 'ignore', timeout: 10_000, env: {} }).status === 0
  }
}

const noRoot = { CONFINED_ROOT: '' }

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink()
}

function isDirectory(path: string): boolean {
  return statSync(path).isDirectory()
}

/** As mount reads it back: fields are parted by blanks. */
function fstabWord(path: string): string {
  return path.replace(/[\\\s]/g, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** As a shell reads it back. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
