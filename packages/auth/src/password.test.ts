import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Deriver } from './derive.ts'
import { defaultAuthLimits } from './limits.ts'
import { generatePassword, PasswordError, Passwords } from './password.ts'
import { memoryAccounts } from './testing.ts'
import { decodeVerifier, sameSalting } from './verifier.ts'

async function opened(limits = {}) {
  const accounts = memoryAccounts()
  const { id } = await accounts.add({ name: 'alice@example.org' })
  const passwords = new Passwords(accounts, new Deriver(100), { ...defaultAuthLimits, ...limits }, randomBytes)
  return { accounts, id, passwords }
}

test('all passwords of an account share a salt, even when set at the same time', async () => {
  const { accounts, id, passwords } = await opened()
  await Promise.all(['', 'phone', 'laptop'].map(label => passwords.set(id, `secret ${label}`, label)))
  await passwords.set(id, 'another', '')
  const verifiers = (await accounts.credentials(id)).map(({ verifier }) => decodeVerifier(verifier))
  const [first] = verifiers
  assert(first != null)
  assert.equal(verifiers.length, 3)
  for (const verifier of verifiers) assert(verifier !== null && sameSalting(verifier, first))
})

test('the only password of an account gets a new salt when it is replaced', async () => {
  const { accounts, id, passwords } = await opened()
  const salt = async () => decodeVerifier((await accounts.credentials(id))[0]?.verifier ?? '')?.salt
  await passwords.set(id, 'one', '')
  const before = await salt()
  await passwords.set(id, 'two', '')
  assert.notDeepEqual(await salt(), before)
})

test('what cannot be a password is refused with a sentence', async () => {
  const { id, passwords } = await opened({ passwordOctets: 8 })
  const rows: [password: string, label: string, says: RegExp][] = [
    ['', '', /must not be empty/],
    ['a\0b', '', /control characters/],
    ['a\nb', '', /control characters/],
    ['123456789', '', /longer than 8 octets/],
    ['ööööö', '', /longer than 8 octets/],
    ['x', 'n'.repeat(65), /at most 64 characters/],
    ['x', 'a\tb', /none of them control/],
  ]
  for (const [password, label, says] of rows) {
    await assert.rejects(
      passwords.set(id, password, label),
      (error: unknown) => error instanceof PasswordError && says.test(error.message),
    )
  }
  await passwords.set(id, '12345678', 'n'.repeat(64))
})

test('an account has a number of passwords, and replacing one is always possible', async () => {
  const { id, passwords } = await opened({ credentialsPerAccount: 2 })
  await passwords.set(id, 'one', '')
  await passwords.set(id, 'two', 'phone')
  await assert.rejects(passwords.set(id, 'three', 'laptop'), /at most 2 passwords/)
  await passwords.set(id, 'four', 'phone')
})

test('a generated password is 20 characters of the alphabet in four groups', () => {
  assert.match(generatePassword(), /^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){3}$/)
  assert.equal(
    generatePassword(octets => new Uint8Array(octets).fill(33)),
    'bbbbb-bbbbb-bbbbb-bbbbb',
  )
  assert.notEqual(generatePassword(), generatePassword())
})
