export { CloseSpanProcessor, type CloseSpanProcessorOptions, type SendAtExit } from './close-span-processor.ts';
