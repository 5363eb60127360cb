import { createServer } from 'node:net'

/**
 * Echoes everything it receives, on a loopback port that it reports to its parent. Exits with its parent,
 * however that exits.
 */
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.pipe(socket)
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
