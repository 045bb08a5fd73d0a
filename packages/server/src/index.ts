/** The Lemonade mail server: `main` is the command line, which is all there is to enter by. */
export { main } from './cli.ts'
