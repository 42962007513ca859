"""What NVIDIA's client asks of a service, and what it must hear: run by the client's own interpreter.

python triton_asks.py HOST:PORT NAME
"""

import json
import sys

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

RNG = np.random.default_rng(0)
LENGTH = 1024


def given(name, values, datatype="FP32", binary=True):
    tensor = InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


def windows(count=1):
    return RNG.standard_normal((count, 1, LENGTH)).astype(np.float32)


def refusal(ask):
    try:
        ask()
    except InferenceServerException as error:
        return error
    raise AssertionError("it was not refused")


def health(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("order")
    assert client.is_model_ready("order", "1.0.0")
    assert not client.is_model_ready("order", "9.9.9")
    assert not client.is_model_ready("none")


def metadata(client):
    server = client.get_server_metadata()
    assert server["name"] == "brinell"
    assert "binary_tensor_data" in server["extensions"]
    order = client.get_model_metadata("order", "1.0.0")
    assert order["versions"] == ["1.0.0"]
    assert order["inputs"] == [{"name": "windows", "datatype": "FP32", "shape": [-1, 1, LENGTH]}]
    assert [output["name"] for output in order["outputs"]] == ["logits", "spikes", "synops", "features"]
    config = client.get_model_config("order")
    assert config["max_batch_size"] == 16
    assert config["input"] == [{"name": "windows", "data_type": "TYPE_FP32", "dims": [1, LENGTH]}]
    assert refusal(lambda: client.get_model_metadata("none")).status() == "404"


def binary_and_json_say_the_same(client):
    values = windows(3)
    binary = client.infer("order", [given("windows", values)], request_id="seven")
    assert binary.get_response()["id"] == "seven"
    wanted = [InferRequestedOutput(name, binary_data=False) for name in ("spikes", "logits")]
    plain = client.infer("order", [given("windows", values, binary=False)], outputs=wanted)
    assert [output["name"] for output in plain.get_response()["outputs"]] == ["spikes", "logits"]
    assert "data" in plain.get_output("logits")
    for name in ("logits", "spikes"):
        assert binary.as_numpy(name).dtype == np.float32
        np.testing.assert_allclose(binary.as_numpy(name), plain.as_numpy(name), rtol=1e-6)
    assert binary.as_numpy("logits").shape == (3, 4)
    mixed = client.infer("order", [given("windows", values)], outputs=[InferRequestedOutput("logits"), wanted[0]])
    np.testing.assert_array_equal(mixed.as_numpy("logits"), binary.as_numpy("logits"))
    np.testing.assert_array_equal(mixed.as_numpy("spikes"), binary.as_numpy("spikes"))


def other_numbers(client):
    values = windows()
    expected = client.infer("order", [given("windows", values)]).as_numpy("logits")
    double = client.infer("order", [given("windows", values.astype(np.float64), "FP64")]).as_numpy("logits")
    np.testing.assert_array_equal(double, expected)
    signal = RNG.standard_normal(24_000).astype(np.float32) / 8
    counts = np.round(signal * 32768).astype(np.int16)
    told = {"rate_hz": 12000}
    a = client.infer("brinell", [given("samples", signal)], parameters=told)
    b = client.infer("brinell", [given("samples", counts, "INT16")], parameters={**told, "scale": 1 / 32768})
    np.testing.assert_allclose(a.as_numpy("probabilities"), b.as_numpy("probabilities"), atol=0.05)


def compressed(client):
    values = windows()
    expected = client.infer("order", [given("windows", values)]).as_numpy("logits")
    for algorithm in ("gzip", "deflate"):
        answer = client.infer(
            "order", [given("windows", values)],
            request_compression_algorithm=algorithm, response_compression_algorithm=algorithm,
        )  # fmt: skip
        np.testing.assert_array_equal(answer.as_numpy("logits"), expected)


def diagnosis(client):
    signal = RNG.standard_normal(24_000).astype(np.float32)
    answer = client.infer("brinell", [given("samples", signal)], parameters={"rate_hz": 12000.0, "speed_rpm": 1800})
    said = answer.get_response()["parameters"]
    assert said["verdict"] in ("unknown", "diagnosed")
    assert said["energy_full_nj"] > said["energy_paper_nj"] > 0
    whole = json.loads(said["diagnosis"])
    assert whole["signal"]["speed_rpm"] == 1800
    faults = [fault.decode() for fault in answer.as_numpy("faults")]
    assert dict(zip(faults, answer.as_numpy("probabilities"), strict=True)) == {
        fault: np.float32(share) for fault, share in whole["probabilities"].items()
    }
    silent = client.infer("brinell", [given("samples", np.zeros(4096, np.float32))], parameters={"rate_hz": 12000})
    assert silent.get_response()["parameters"]["verdict"] == "sensor_fault"
    assert silent.as_numpy("probabilities").shape == (0,)
    error = refusal(lambda: client.infer("brinell", [given("samples", signal)]))
    assert "rate_hz" in error.message()
    error = refusal(lambda: client.infer("brinell", [given("samples", signal)], parameters={"rate_hz": 1, "speed": 2}))
    assert error.status() == "422"
    assert "speed" in error.message()


def refusals(client):
    values = windows()
    wrong = {
        "shape": lambda: client.infer("order", [given("windows", values[:, :, :-1])]),
        "type": lambda: client.infer("order", [given("windows", values.astype(np.int32), "INT32")]),
        "input": lambda: client.infer("order", [given("window", values)]),
        "output": lambda: client.infer("order", [given("windows", values)], outputs=[InferRequestedOutput("x")]),
        "finite": lambda: client.infer("order", [given("windows", values * np.float32(np.nan))]),
        "classification": lambda: client.infer(
            "order", [given("windows", values)], outputs=[InferRequestedOutput("logits", class_count=1)]
        ),
    }
    for word, ask in wrong.items():
        error = refusal(ask)
        assert error.status() == "400", (word, error)
        assert word in error.message(), (word, error)


def deadline(client):
    values = windows()
    assert client.infer("order", [given("windows", values)], timeout=10_000_000).as_numpy("logits").shape == (1, 4)
    assert refusal(lambda: client.infer("order", [given("windows", values)], timeout=1)).status() in ("503", "504")


def many_at_once(client):
    # Together or apart, each gets its own answer.
    questions = [windows(1 + n % 3) for n in range(60)]
    waiting = [client.async_infer("order", [given("windows", values)]) for values in questions]
    answers = [each.get_result().as_numpy("logits") for each in waiting]
    for values, answer in zip(questions, answers, strict=True):
        alone = client.infer("order", [given("windows", values)]).as_numpy("logits")
        np.testing.assert_allclose(answer, alone, atol=1e-4)


def statistics(client):
    for _ in range(3):
        client.infer("aligned", [given("windows", np.zeros((2, 1, aligned_length(client)), np.float32))])
    refusal(lambda: client.infer("aligned", [given("wrong", windows())]))
    (stats,) = client.get_inference_statistics("aligned", "1.0.0")["model_stats"]
    assert stats["inference_count"] == 6
    assert stats["execution_count"] == 3
    assert stats["inference_stats"]["success"]["count"] == 3
    assert stats["inference_stats"]["fail"]["count"] == 1
    parts = ("compute_input", "queue", "compute_infer", "compute_output")
    whole = stats["inference_stats"]["success"]["ns"]
    assert 0 < sum(stats["inference_stats"][part]["ns"] for part in parts) <= 1.01 * whole
    names = [each["name"] for each in client.get_inference_statistics()["model_stats"]]
    assert {"brinell", "aligned", "order", "time"} <= set(names)


def aligned_length(client):
    return client.get_model_metadata("aligned")["inputs"][0]["shape"][-1]


def the_repository(client):
    index = client.get_model_repository_index()
    assert {"name": "order", "version": "1.0.0", "state": "READY", "reason": ""} in index
    assert refusal(lambda: client.load_model("none")).status() == "404"
    assert refusal(lambda: client.unload_model("none")).status() == "404"


CHECKS = (
    health, metadata, binary_and_json_say_the_same, other_numbers, compressed, diagnosis, refusals, deadline,
    many_at_once, statistics, the_repository,
)  # fmt: skip

if __name__ == "__main__":
    url, name = sys.argv[1:]
    with InferenceServerClient(url, concurrency=16) as asking:
        {check.__name__: check for check in CHECKS}[name](asking)
