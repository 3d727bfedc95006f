#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""libgsteeg from Python, through GObject introspection: caps, ledger, pool."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from testrun import need_plugins  # noqa: E402

need_plugins()
import gi  # noqa: E402

gi.require_version("Gst", "1.0")
gi.require_version("GstAudio", "1.0")
try:
    gi.require_version("GstEeg", "1.0")
except ValueError as error:
    print("SKIP:", error)
    sys.exit(77)
from gi.repository import GLib, Gst, GstAudio, GstEeg  # noqa: E402

Gst.init(None)


class Caps(unittest.TestCase):
    def test_there_and_back(self):
        info = GstEeg.EegInfo()
        info.set_format(GstAudio.AudioFormat.S24_32LE, 500, 3)
        info.set_labels(["Fp1", "C,z", "O2"])
        info.set_types(["eeg", "eog", "eeg"])
        info.set_full_scale([0.1875, 0.375, 4.5])
        info.set_gain([24, 12, 1])
        info.set_reference("linked ears")
        info.set_exact_rate(4999, 10)
        again = GstEeg.EegInfo()
        again.from_caps(info.to_caps())
        self.assertTrue(info.is_equal(again))
        self.assertEqual(again.labels, ["Fp1", "C,z", "O2"])
        self.assertEqual(again.types, ["eeg", "eog", "eeg"])
        self.assertEqual(list(again.get_full_scale()), [0.1875, 0.375, 4.5])
        self.assertEqual(list(again.get_gain()), [24, 12, 1])
        self.assertEqual((again.get_rate(), again.get_channels(), again.reference), (500, 3, "linked ears"))
        self.assertEqual((again.rate_n, again.rate_d), (4999, 10))
        self.assertEqual(again.unit, GstEeg.EegUnit.ADC)
        # 4999 frames at 499.9 a second
        self.assertEqual(again.frames_to_time(4999), 10 * Gst.SECOND)
        self.assertEqual(again.time_to_frames(10 * Gst.SECOND), 4999)

    def test_copies_are_independent(self):
        info = GstEeg.EegInfo()
        info.set_format(GstAudio.AudioFormat.F32LE, 250, 1)
        copy = info.copy()
        info.set_labels(["Oz"])
        self.assertFalse(info.is_equal(copy))

    def test_plain_audio_refused(self):
        info = GstEeg.EegInfo()
        with self.assertRaises(GLib.Error) as caught:
            info.from_caps(Gst.Caps.from_string(
                "audio/x-raw,format=F32LE,layout=interleaved,rate=250,channels=1"))
        self.assertTrue(caught.exception.matches(GstEeg.eeg_error_quark(), GstEeg.EegError.NO_UNIT))
        self.assertIn("eegfromaudio", caught.exception.message)

    def test_wrong_count_refused(self):
        info = GstEeg.EegInfo()
        info.set_format(GstAudio.AudioFormat.F32LE, 250, 2)
        for refused in (lambda: info.set_labels(["one"]), lambda: info.set_full_scale([1, 2, 3]),
                        lambda: info.set_format(GstAudio.AudioFormat.S16LE, 250, 2),
                        lambda: info.set_format(GstAudio.AudioFormat.F32LE, 0, 2)):
            with self.assertRaises(GLib.Error):
                refused()


class Ledger(unittest.TestCase):
    def test_runs(self):
        buffer = Gst.Buffer.new_allocate(None, 100 * 8, None)
        meta = GstEeg.buffer_add_eeg_meta(buffer, 5000, 100, 7, 8)
        meta.add_run(5010, 5, GstEeg.EegStatusFlags.LEAD_OFF, 1, 0xC00100)
        meta.add_run(5050, 50, GstEeg.EegStatusFlags.SATURATED, -1, 0)
        meta.set_edge(5000, 123456789)
        meta = GstEeg.buffer_get_eeg_meta(buffer)
        self.assertEqual((meta.first_sample, meta.n_samples, meta.lost_before), (5000, 100, 7))
        self.assertEqual((meta.edge_sample, meta.edge_time), (5000, 123456789))
        self.assertEqual(meta.get_n_runs(), 2)
        run = meta.get_run(0)
        self.assertEqual((run.first_sample, run.n_samples, run.channel, run.word), (5010, 5, 1, 0xC00100))
        self.assertEqual(meta.get_flags_at(5012, 1), GstEeg.EegStatusFlags.LEAD_OFF)
        self.assertEqual(meta.get_flags_at(5012, 0), 0)
        self.assertEqual(meta.get_flags_at(5060, 0), GstEeg.EegStatusFlags.SATURATED)
        known, first, count, lost, flags = GstEeg.buffer_get_eeg_ledger(buffer)
        self.assertEqual((known, first, count, lost), (True, 5000, 100, 7))
        self.assertEqual(flags, GstEeg.EegStatusFlags.LEAD_OFF | GstEeg.EegStatusFlags.SATURATED)

    def test_part_of_a_buffer(self):
        """A region has the ledger of its frames; what was lost is told once, at the start."""
        buffer = Gst.Buffer.new_allocate(None, 100 * 8, None)
        GstEeg.buffer_add_eeg_meta(buffer, 5000, 100, 7, 8)
        everything = Gst.BufferCopyFlags.FLAGS | Gst.BufferCopyFlags.TIMESTAMPS | Gst.BufferCopyFlags.META | Gst.BufferCopyFlags.MEMORY
        part = buffer.copy_region(everything, 20 * 8, 30 * 8)
        known, first, count, lost, _ = GstEeg.buffer_get_eeg_ledger(part)
        self.assertEqual((known, first, count, lost), (True, 5020, 30, 0))
        head = buffer.copy_region(everything, 0, 20 * 8)
        self.assertEqual(GstEeg.buffer_get_eeg_ledger(head)[1:4], (5000, 20, 7))

    def test_without(self):
        self.assertFalse(GstEeg.buffer_get_eeg_ledger(Gst.Buffer.new_allocate(None, 8, None))[0])
        self.assertIsNone(GstEeg.buffer_get_eeg_meta(Gst.Buffer.new_allocate(None, 8, None)))


class Pool(unittest.TestCase):
    def test_metrics(self):
        pool = GstEeg.EegBufferPool.new()
        config = pool.get_config()
        Gst.BufferPool.config_set_params(config, None, 64, 4, 0)
        GstEeg.EegBufferPool.config_set_growth(config, 0, 0, GstEeg.EegPoolPolicy.FAIL)
        self.assertTrue(pool.set_config(config))
        self.assertTrue(pool.set_active(True))
        m = pool.get_metrics()
        self.assertEqual((m.total, m.free, m.peak, m.cap), (4, 4, 0, 4))
        held = [pool.acquire_buffer(None) for _ in range(4)]
        self.assertTrue(all(r == Gst.FlowReturn.OK for r, _ in held))
        self.assertEqual(pool.acquire_buffer(None)[0], Gst.FlowReturn.EOS)
        m = pool.get_metrics()
        self.assertEqual((m.free, m.peak, m.failures, m.inline_allocations), (0, 4, 1, 0))
        del held
        self.assertEqual(pool.get_metrics().free, 4)
        stats = Gst.Structure.new_empty("stats")
        pool.add_stats(stats)
        self.assertEqual(stats.get_value("pool-total"), 4)
        pool.set_active(False)

    def test_of_an_element(self):
        """The figures of a source's pool, while it runs."""
        pipeline = Gst.parse_launch("ads1299src name=src is-live=false num-buffers=50 ! fakesink")
        pipeline.set_state(Gst.State.PLAYING)
        pipeline.get_bus().timed_pop_filtered(20 * Gst.SECOND, Gst.MessageType.EOS)
        stats = pipeline.get_by_name("src").get_property("stats")
        self.assertGreaterEqual(stats.get_value("pool-total"), 2)
        self.assertEqual(stats.get_value("pool-inline-allocations"), 0)
        pipeline.set_state(Gst.State.NULL)



unittest.main()
