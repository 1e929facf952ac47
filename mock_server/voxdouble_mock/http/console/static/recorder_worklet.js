// Runs beside the audio: passes each block of samples of the microphone to the page.

class Samples extends AudioWorkletProcessor {
  process([input]) {
    if (input.length) this.port.postMessage(input[0].slice());
    return true;
  }
}

registerProcessor("samples", Samples);
