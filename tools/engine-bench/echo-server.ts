import { createServer } from 'node:net'

/**
 * Sends back what it gets, on a loopback port of its own that it tells its parent. Ends with its
 * parent, however that ends.
 */
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.pipe(socket)
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
