"""What the official client sees of an inference pod that serves a generated chain model.

BASE_URL is the pod's, such as http://127.0.0.1:8080; TOKEN_FILE is the file that the pod reads its token from.
"""

import json
import os
import pathlib
import time
import typing
import unittest
import urllib.request

import openai
import pydantic

BASE_URL = os.environ["BASE_URL"]
TOKEN_FILE = pathlib.Path(os.environ["TOKEN_FILE"])
MODEL = "glass-jar-subject"
CONTEXT = 512
QUICK = 260
END_OF_TEXT = 2
# The byte tokens of what closes JSON, above the 37 of the model's own next word: it has no will to end a string.
CLOSES_SOON = {str(3 + ord(c)): 60 if c == '"' else 50 for c in '"]},:'}


def client(token=None):
    return openai.OpenAI(
        base_url=BASE_URL + "/v1", api_key=token or TOKEN_FILE.read_text().strip(), max_retries=0
    )


class Color(pydantic.BaseModel):
    name: typing.Literal["red", "green"]
    shade: typing.Optional[int]


class Jar(pydantic.BaseModel):
    label: str
    full: bool
    weight: float
    colors: list[Color]


class OpenAiClientTest(unittest.TestCase):
    def setUp(self):
        self.client = client()
        self.addCleanup(self.client.close)

    def complete(self, prompt="the quick", **fields):
        return self.client.completions.create(model=MODEL, prompt=prompt, temperature=0, **fields)

    def chat(self, **fields):
        return self.client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "hello"}], **fields
        )

    def refused(self, error, param, call):
        with self.assertRaises(error) as raised:
            call()
        self.assertEqual(raised.exception.param, param)
        return raised.exception

    def test_models(self):
        self.assertEqual([m.id for m in self.client.models.list()], [MODEL])
        self.assertEqual(self.client.models.retrieve(MODEL).owned_by, "brainmatrix")
        error = self.refused(
            openai.NotFoundError, "model", lambda: self.client.models.retrieve("gpt-4")
        )
        self.assertEqual(error.code, "model_not_found")

    def test_completion(self):
        answer = self.complete(max_tokens=3)
        self.assertEqual(answer.choices[0].text, " brown fox jumps")
        self.assertEqual(answer.choices[0].finish_reason, "length")
        self.assertEqual(answer.model, MODEL)
        self.assertEqual(answer.usage.prompt_tokens, 3)
        self.assertEqual(answer.usage.completion_tokens, 3)
        self.assertEqual(answer.usage.total_tokens, 6)

    def test_completion_streamed(self):
        chunks = list(self.complete(max_tokens=3, stream=True))
        self.assertEqual("".join(c.choices[0].text for c in chunks), " brown fox jumps")
        self.assertEqual(
            [c.choices[0].finish_reason for c in chunks], [None] * (len(chunks) - 1) + ["length"]
        )
        self.assertEqual(len({c.id for c in chunks}), 1)

    def test_chat(self):
        answer = self.chat(max_completion_tokens=2, temperature=0)
        self.assertEqual(answer.choices[0].message.role, "assistant")
        self.assertEqual(answer.choices[0].message.content, " the quick")
        self.assertEqual(answer.choices[0].finish_reason, "length")

    def test_chat_streamed_with_usage(self):
        chunks = list(
            self.chat(
                max_tokens=4, temperature=0, stream=True, stream_options={"include_usage": True}
            )
        )
        self.assertEqual(chunks[0].choices[0].delta.role, "assistant")
        self.assertEqual(
            "".join(c.choices[0].delta.content or "" for c in chunks[:-1]), " the quick brown fox"
        )
        self.assertEqual(chunks[-2].choices[0].finish_reason, "length")
        self.assertEqual(chunks[-1].choices, [])
        self.assertEqual(chunks[-1].usage.completion_tokens, 4)
        whole = self.chat(max_tokens=4, temperature=0)
        self.assertEqual(chunks[-1].usage.prompt_tokens, whole.usage.prompt_tokens)

    def test_stop(self):
        answer = self.complete(stop=["jumps", "nowhere"], max_tokens=50)
        self.assertEqual(answer.choices[0].text, " brown fox ")
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertEqual(answer.usage.completion_tokens, 3)

    def test_what_only_began_like_a_stop_text_is_said(self):
        answer = self.complete(stop="jumps!", max_tokens=3)
        self.assertEqual(answer.choices[0].text, " brown fox jumps")
        self.assertEqual(answer.choices[0].finish_reason, "length")

    def test_the_end_of_text_is_a_stop_even_as_the_last_token(self):
        for bound in (1, 5):
            answer = self.complete(max_tokens=bound, logit_bias={str(END_OF_TEXT): 100})
            self.assertEqual(answer.choices[0].finish_reason, "stop")
            self.assertEqual(answer.choices[0].text, "")
            self.assertEqual(answer.usage.completion_tokens, 1)

    def test_an_answer_may_fill_the_context(self):
        answer = self.complete()
        self.assertEqual(answer.choices[0].finish_reason, "length")
        self.assertEqual(answer.usage.total_tokens, CONTEXT)

    def test_seed(self):
        def draw(seed):
            return self.client.completions.create(
                model=MODEL,
                prompt="the",
                max_tokens=12,
                seed=seed,
                temperature=2,
                logit_bias={str(QUICK): -100},
                extra_body={"top_k": 0, "min_p": 0},
            ).choices[0].text

        self.assertEqual(draw(7), draw(7))
        self.assertNotEqual(draw(7), draw(2**62))

    def test_json_object(self):
        for seed in range(10):
            answer = self.chat(
                response_format={"type": "json_object"}, seed=seed, logit_bias=CLOSES_SOON
            )
            self.assertEqual(answer.choices[0].finish_reason, "stop")
            self.assertIsInstance(json.loads(answer.choices[0].message.content), dict)

    def test_json_schema_of_a_class(self):
        for seed in range(10):
            answer = self.client.chat.completions.parse(
                model=MODEL,
                messages=[{"role": "user", "content": "hello"}],
                response_format=Jar,
                seed=seed,
                logit_bias=CLOSES_SOON,
            )
            self.assertEqual(answer.choices[0].finish_reason, "stop")
            self.assertIsInstance(answer.choices[0].message.parsed, Jar)

    def test_errors_name_the_field(self):
        bad = openai.BadRequestError
        self.refused(bad, "temperature", lambda: self.chat(temperature=3))
        self.refused(bad, "n", lambda: self.chat(n=2))
        self.refused(bad, "logprobs", lambda: self.chat(logprobs=True))
        tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
        self.refused(bad, "tools", lambda: self.chat(tools=[tool]))
        self.refused(
            bad,
            "messages[0].role",
            lambda: self.client.chat.completions.create(
                model=MODEL, messages=[{"role": "tool", "content": "x", "tool_call_id": "1"}]
            ),
        )
        schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "b"}}}
        self.refused(
            bad,
            "response_format.json_schema.schema.properties.a.pattern",
            lambda: self.chat(
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": schema},
                }
            ),
        )
        error = self.refused(bad, "prompt", lambda: self.complete("the " * 600, max_tokens=1))
        self.assertEqual(error.code, "context_length_exceeded")

    def test_another_model_is_not_found(self):
        error = self.refused(
            openai.NotFoundError,
            "model",
            lambda: self.client.completions.create(model="gpt-4", prompt="the"),
        )
        self.assertEqual(error.code, "model_not_found")

    def test_what_changes_nothing_is_tolerated(self):
        answer = self.chat(
            max_tokens=1,
            user="somebody",
            metadata={"a": "b"},
            store=False,
            service_tier="auto",
            parallel_tool_calls=True,
            reasoning_effort="low",
        )
        self.assertEqual(answer.choices[0].finish_reason, "length")

    def test_a_stream_that_is_left_frees_its_slot(self):
        for _ in range(5):
            with self.complete(stream=True) as stream:
                next(iter(stream))
        self.assertEqual(self.complete(max_tokens=1).choices[0].text, " brown")

    def test_token(self):
        with client("wrong") as stranger:
            with self.assertRaises(openai.AuthenticationError) as raised:
                stranger.models.list()
        self.assertEqual(raised.exception.code, "invalid_api_key")
        self.assertEqual(raised.exception.response.headers["WWW-Authenticate"], "Bearer")
        for path in ("/status", "/metrics", "/health/live", "/health/ready"):
            with urllib.request.urlopen(BASE_URL + path) as answer:
                self.assertEqual(answer.status, 200, path)

    def test_token_is_rotated_while_the_pod_serves(self):
        old = TOKEN_FILE.read_text()
        renewed = TOKEN_FILE.with_name("renewed")
        renewed.write_text("rotated-token\n")
        renewed.replace(TOKEN_FILE)
        try:
            with client("rotated-token") as rotated:
                deadline = time.monotonic() + 5
                while True:
                    try:
                        rotated.models.list()
                        break
                    except openai.AuthenticationError:
                        self.assertLess(time.monotonic(), deadline, "within a second")
            with client(old.strip()) as former, self.assertRaises(openai.AuthenticationError):
                former.models.list()
        finally:
            renewed.write_text(old)
            renewed.replace(TOKEN_FILE)
        deadline = time.monotonic() + 5
        while True:
            try:
                self.client.models.list()
                break
            except openai.AuthenticationError:
                self.assertLess(time.monotonic(), deadline)


if __name__ == "__main__":
    unittest.main(verbosity=2)
