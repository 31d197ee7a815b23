import { systemEnv } from '../../client/grpc/system-env.js';
import type { Clock } from '../env/clock.js';

/** The clock of this machine. */
export const systemClock: Clock = systemEnv().clock;
