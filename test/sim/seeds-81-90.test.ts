import { describeSeeds } from './seeds.js';

describeSeeds(81, 90);
