import { describeSeeds } from './seeds.js';

describeSeeds(11, 20);
