import { openPeer } from './grpc-fixtures.js';

// A peer in a process of its own: tells its port to its parent, and ends with it.
const peer = await openPeer('b');
process.once('disconnect', () => process.exit(0));
process.send?.(peer.address.port);
