#!/usr/bin/env node
// Runs the TypeScript as it is; needs Node.js 22.18 or newer.
import { main } from '../src/cli.ts'

process.exitCode = await main(process.argv.slice(2), {
  out: line => process.stdout.write(`${line}\n`),
  error: line => process.stderr.write(`${line}\n`),
})
