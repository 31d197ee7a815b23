import { describeSeeds } from './seeds.js';

describeSeeds(71, 80);
