"""What is masked, and what must stay to the letter."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nbtrack.capture.secrets import Secrets, mask, mask_text
from tests.unit.capture.secret_lines import SECRET, WITH, WITHOUT

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
SHA = "0123456789abcdef0123456789abcdef01234567"
PRIVATE_KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/abc==\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "name",
    [
        "password", "db_password", "PASSWORD2", "passwd", "smtp_pass", "secret", "client_secret", "API_KEY",
        "apikey", "apiKey", "OPENAI_API_KEY", "config.openai.api_key", "api_key_prod", "AWS_SECRET_ACCESS_KEY",
        "access_key", "private_key", "credentials", "credentials.user", "token", "hf_token", "accessToken",
        "headers.Authorization", "http_auth", "wandb_key",
    ],
)  # fmt: skip
def test_text_under_the_name_of_a_secret_is_hidden(name):
    assert mask(name, "hunter2-or-so") == "***"


@pytest.mark.parametrize(
    "name",
    [
        "tokenizer", "max_tokens", "n_tokens", "token_count", "pad_token", "oov_token", "key", "num_keys",
        "sort_key", "primary_key", "public_key", "author", "authors", "passes", "n_pass", "secret_dim",
        "password_length", "keys", "monkey", "bypass", "model", "compass", "api_key_env", "token_id",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", ["bert-base-uncased", SHA, 7, 0.1, True, None])
def test_innocent_names_keep_their_values(name, value):
    assert mask(name, value) is value


@pytest.mark.parametrize(
    ("name", "value"),
    [("token", "the"), ("token", "<pad>"), ("token", "[MASK]"), ("auth", "basic"), ("password", ""),
     ("use_auth", True), ("auth", False), ("token", 17), ("api_key", None), ("secret", 0.5)],
)  # fmt: skip
def test_what_is_no_secret_under_such_a_name_stays(name, value):
    assert mask(name, value) == value


def test_a_number_is_hidden_under_a_password_s_name_only():
    assert mask("password", 123456) == "***"
    assert mask("api_key", 123456) == 123456


@pytest.mark.parametrize(
    "secret",
    [
        "sk-abcdefghijklmnopqrstuvwxyzABCDEF0123456789", "sk-proj-abc_DEF-0123456789abcdef", "ghp_" + "a1B2" * 9,
        "github_pat_" + "a1B2_" * 8, "AKIAIOSFODNN7EXAMPLE", "hf_" + "aBcDe" * 7, "xoxb-123456789012-abcdefABCDEF",
        JWT, PRIVATE_KEY, "AIza" + "a1B2-" * 7, "glpat-" + "a1B2" * 5, "npm_" + "a1B2" * 9,
    ],
)  # fmt: skip
def test_well_known_shapes_are_hidden_under_any_name_and_in_text(secret):
    assert mask("x", secret) == "***"
    assert mask_text(f"a = {secret!s} # and more") == "a = *** # and more"


@pytest.mark.parametrize(
    "text",
    [
        SHA, "3f0e1d2c3b4a59687766554433221100", "iVBORw0KGgoAAAANSUhEUgAAAAUA" * 20, "brave-otter-417",
        "distilbert-base-uncased-finetuned-sst-2-english", "sk-learn-pipeline-with-version-2-and-more", "task-force",
        "sentence-transformers/all-MiniLM-L6-v2", "gpt-4o-2024-08-06", "s3://bucket/path@v2/file", "a@b.org",
        "https://example.org:8080/a?key=b&page=2", "git@github.com:ann/repo.git", "ssh://git@host/repo",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "The bearer authentication is basic.",
    ],
)  # fmt: skip
def test_hashes_names_and_data_stay(text):
    assert mask("x", text) == text
    assert mask_text(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://ann:s3cr3t@db.host:5432/x", "postgresql://***@db.host:5432/x"),
        ("https://ghp_0123456789012345678@github.com/a", "https://***@github.com/a"),
        ("redis://:pw@localhost/0", "redis://***@localhost/0"),
        ("Authorization: Bearer abcdef", "Authorization: Bearer ***"),
        ("Server=x;User ID=me;Password=a;Encrypt=yes", "Server=x;User ID=me;Password=***;Encrypt=yes"),
        ("AccountName=me;AccountKey=YWJj==;Suffix=net", "AccountName=me;AccountKey=***;Suffix=net"),
        ("host=h user=ann password=pw dbname=x", "host=h user=ann password=*** dbname=x"),
        ("https://h/?api_key=abc-1&q=2", "https://h/?api_key=***&q=2"),
        ("https://h/c?sv=1&sig=a%2Fb&se=2", "https://h/c?sv=1&sig=***&se=2"),
    ],
)
def test_only_the_secret_part_of_an_address_is_hidden(text, masked):
    assert mask("url", text) == masked
    assert mask_text(f"connect({text!r})") == f"connect({masked!r})"


CODE = [
    # what a cell says, what is kept of it
    ('API_KEY = "abc"', 'API_KEY = "***"'),
    ("password='hunter2'; x = 'y'", "password='***'; x = 'y'"),
    ('password: str = "x"  # don\'t say', 'password: str = "***"  # don\'t say'),
    ("password = '''two\nlines'''", "password = '''***'''"),
    ('api_key = ("abc"\n           "def")', 'api_key = ("***"\n           "***")'),
    ('user, password = "ann", "hunter2"', 'user, password = "ann", "***"'),
    ('def f(token: str, secret: str = "s3"): ...', 'def f(token: str, secret: str = "***"): ...'),
    ('os.environ["OPENAI_API_KEY"] = "abc"', 'os.environ["OPENAI_API_KEY"] = "***"'),
    ('os.environ.setdefault("API_KEY", "abc")', 'os.environ.setdefault("API_KEY", "***")'),
    ('os.getenv("API_KEY", "abc")', 'os.getenv("API_KEY", "***")'),
    ('{"user": "ann", "password": "x", "lr": 0.1}', '{"user": "ann", "password": "***", "lr": 0.1}'),
    ('headers = {"Authorization": "Bearer abc"}', 'headers = {"Authorization": "***"}'),
    ('get(url, auth=("ann", "secret"))', 'get(url, auth=("***", "***"))'),
    ('wandb.login(key="' + SHA + '")', 'wandb.login(key="***")'),
    ("openai.api_key = r'abc'", "openai.api_key = r'***'"),
    ('if password == "hunter2":', 'if password == "***":'),
    ('run(["prog", "--token", "abc-1", "-n", "5"])', 'run(["prog", "--token", "***", "-n", "5"])'),
    ("!prog --token abc-1 --password=x --max-tokens 5", "!prog --token *** --password=*** --max-tokens 5"),
    ("%env WANDB_API_KEY=abc1", "%env WANDB_API_KEY=***"),
    ("get_ipython().run_line_magic('env', 'API_KEY=abc1')", "get_ipython().run_line_magic('env', 'API_KEY=***')"),
    ("!export API_KEY=abc1 && run", "!export API_KEY=*** && run"),
    ('cmd = "mysql --password=abc"', 'cmd = "mysql --password=***"'),
    ("code = \"api_key = 'x'\"", "code = \"api_key = '***'\""),
    ("Config(api_key='abc', lr=0.1)", "Config(api_key='***', lr=0.1)"),
    ("I don't log password='x' and 'y'", "I don't log password='***' and 'y'"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "kept"), CODE)
def test_only_the_literal_of_an_assignment_is_masked(code, kept):
    assert mask_text(code) == kept
    assert mask_text(kept) == kept
    assert mask_text(f"a = 1\n{code}\nb = 'two'") == f"a = 1\n{kept}\nb = 'two'"


@pytest.mark.parametrize(
    "code",
    [
        'key = "a"; tokenizer = "bert"; author = "ann"',
        'df = df.rename(columns={"token": "word", "key": "id"})',
        'x = ["api_key", "password"]; y = df[["token", "label"]]',
        'api_key = os.environ["OPENAI_API_KEY"]',
        'password = getpass("Password: "); print("x")',
        'print("token:", "abc")',
        'engine = create_engine(f"postgresql://{user}:{password}@{host}/db")',
        'headers = {"Authorization": f"Bearer {token}"}',
        "connect(host=host, password=password)",
        'parser.add_argument("--token", type=str, help="a token")',
        "tokenizer.add_special_tokens({'pad_token': '[PAD]'})",
        'sns.barplot(x="key", y="value")',
        'model = Ridge(alpha=0.5)\nprint("score:", model.score(X, y))',
        "# don't forget the password\nx = 'it''s'",
    ],
)
def test_code_without_a_secret_stays_to_the_letter(code):
    assert mask_text(code) == code


@given(st.text() | st.text(alphabet="abk_=:'\"\\(),[]{}\n sfetoknpaswrd-."))
def test_masking_twice_is_masking_once_and_never_fails(text):
    once = mask_text(text)
    assert mask_text(once) == once


@example("API_KEY", "{n} = {v!r}", "0000.pkl", "")
@example("client_secret", "f(a, {n}={v!r})", "/home/ann/file", "")
@given(
    st.sampled_from(["password", "API_KEY", "client_secret"]),
    st.sampled_from(
        ["{n} = {v!r}", "f(a, {n}={v!r})", "d = {{{n!r}: {v!r}, 'x': 1}}", "os.environ[{n!r}] = {v!r}"]
    ),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=8).filter(
        lambda v: "***" not in v
    ),
    st.sampled_from(["", "x = 'a'\n", 'print("it\'s")\n', "'''doc'''\n", "# don't\n"]),
)
def test_no_secret_s_text_is_left_in_code(name, form, value, above):
    line = form.format(n=name, v=value)
    assert (
        mask_text(f"{above}{line}\ny = 'kept'")
        == f"{above}{line.replace(repr(value), _stars(value))}\ny = 'kept'"
    )


def _stars(value):
    quote = repr(value)[0]
    return f"{quote}***{quote}"


@pytest.mark.parametrize(
    "text",
    ["key=" * 25_000, '"' * 100_000, "key: " + "a, " * 33_000, "-----BEGIN PRIVATE KEY-----" * 4_000,
     "key=['a' " + "'a' " * 25_000, "password=\\" * 10_000, "login(" * 16_000 + "key", "user=a " * 14_000 + "key"],
)  # fmt: skip
def test_odd_text_takes_no_odd_time(text):
    # The processor's time: what else the machine does is not the text's doing.
    start = time.process_time()
    mask_text(text)
    assert time.process_time() - start < 3


@pytest.mark.parametrize("line", WITH)
def test_what_is_a_secret_in_the_code_is_one_everywhere(line):
    secrets = Secrets()
    kept = secrets.code(line)
    half = len(SECRET) // 2 + 1
    assert not any(part in kept for part in (SECRET, SECRET[:half], SECRET[half:]))
    assert SECRET not in secrets.text(f"got {SECRET} here", lines=True)
    if SECRET in line:
        assert secrets.text(f"{SECRET[:9]}...") == "***...", "a part of it tells as well"


@pytest.mark.parametrize("line", WITHOUT)
def test_lines_without_a_secret_stay_to_the_letter_and_tell_none(line):
    secrets = Secrets()
    assert secrets.code(line) == line
    assert secrets.text(line, lines=True) == line
    assert secrets.count == 0


def test_a_secret_is_hidden_however_it_is_written():
    secrets = Secrets()
    secrets.add('Vg7@Bh9/"Nj2')
    for form in ("Vg7%40Bh9%2F%22Nj2", 'Vg7@Bh9/\\"Nj2', "Vg7@Bh9/&quot;Nj2", "YW5uOlZnN0BCaDkvIk5qMg=="):
        assert "Bh9" not in secrets.text(f"x {form} y")
        assert "CaDkv" not in secrets.text(f"x {form} y")


def test_a_word_is_hidden_only_where_it_stands_alone():
    secrets = Secrets()
    assert secrets.code('password = "geheim"\ngeheimnis = 1') == 'password = "***"\ngeheimnis = 1'
    assert secrets.text("geheim, geheimnis") == "***, geheimnis"
