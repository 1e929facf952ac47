// Records a few seconds from the microphone, where the browser allows it: on this machine, or over TLS.

import { wavFile } from "./wav.js";

const MOST_SECONDS = 15;

/** Make a button start and stop recordings; `done` gets each as a WAV file. */
export function recorder(button, state, done) {
  if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) {
    state.textContent = "Recording needs a page on this machine or over TLS.";
    return;
  }
  button.hidden = false;
  let stop = null;
  button.addEventListener("click", async () => {
    if (stop) return stop();
    button.disabled = true;
    try {
      stop = await record((seconds) => { state.textContent = `recording: ${seconds.toFixed(1)} s of at most ${MOST_SECONDS} s`; }, (file) => {
        stop = null;
        button.textContent = "Record from the microphone";
        state.textContent = "";
        done(file);
      });
      button.textContent = "Stop";
    } catch {
      state.textContent = "The browser does not allow recording here.";
    }
    button.disabled = false;
  });
}

async function record(progress, done) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const context = new AudioContext();
  await context.audioWorklet.addModule(new URL("recorder_worklet.js", import.meta.url));
  const node = new AudioWorkletNode(context, "samples");
  const blocks = [];
  let count = 0;
  let ended = false;
  const stop = async () => {
    if (ended) return;
    ended = true;
    stream.getTracks().forEach((track) => track.stop());
    const rate = context.sampleRate;
    await context.close();
    done(wavFile(blocks, rate, "recording.wav"));
  };
  node.port.onmessage = ({ data }) => {
    if (ended) return;
    blocks.push(data);
    count += data.length;
    progress(count / context.sampleRate);
    if (count >= MOST_SECONDS * context.sampleRate) stop();
  };
  context.createMediaStreamSource(stream).connect(node);
  return stop;
}
