/** Lets a client wait that only guesses: it costs nothing here. It is over when the connection is. */
export async function linger(seconds: number, closed: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, seconds * 1000)
  await Promise.race([over.promise, closed])
  clearTimeout(timer)
}
