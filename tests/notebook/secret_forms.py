"""Forms in which secrets stand in cells, and look-alikes that are none.

Each form is a cell and what in it is secret; nothing in them goes to a network: `PREAMBLE` stands for the libraries.
"""

from typing import NamedTuple

PREAMBLE = '''
import base64, dataclasses, getpass, io, json, os, types
class Client:
    """Takes anything, and tells what it was given."""
    def __init__(self, *given, **named):
        self.given = given
        self.__dict__.update(named)
    def __call__(self, *given, **named):
        return Client(*given, **named)
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Client()
    def __repr__(self):
        return f"Client({self.__dict__})"
    def update(self, *given, **named):
        self.__dict__.update(named)
requests, openai, boto3, psycopg2, smtplib, keyring, session, wandb, hub, config, monkeypatch, argparse_like = (
    Client() for _ in range(12)
)
HTTPBasicAuth = SecretStr = AzureKeyCredential = Field = connect = create_engine = Client
'''


class Form(NamedTuple):
    """A cell with secrets in it."""

    name: str
    code: str
    secrets: tuple[str, ...]


def _form(name, code, *secrets):
    return Form(name, code, secrets)


FORMS = [
    # assignments
    _form("plain", 'password = "hv7Rk2pQ9x"\nprint(password)', "hv7Rk2pQ9x"),
    _form("upper case", 'API_KEY = "k3Jd82mNxQ0aLs7f"\nprint("using", API_KEY)', "k3Jd82mNxQ0aLs7f"),
    _form("pw", 'pw = "Zr8vTq1m4W"\nprint(f"login with {pw}")', "Zr8vTq1m4W"),
    _form("tok", 'tok = "c7Xy20QbLm93"\nprint("tok is", tok)', "c7Xy20QbLm93"),
    _form("passwort", 'passwort = "geh3imGe7heim"\nprint(passwort)', "geh3imGe7heim"),
    _form("contraseña", 'contraseña = "cl4veS3creta9"\nprint(contraseña)', "cl4veS3creta9"),
    _form("mot de passe", 'mot_de_passe = "s0leilV3rt88"\nprint(mot_de_passe)', "s0leilV3rt88"),
    _form("annotated", 'api_key: str = "q9Wm3ZtR5y8B"\nprint(repr(api_key))', "q9Wm3ZtR5y8B"),
    _form("walrus", 'print(secret := "nB5xK8vD2jL7")', "nB5xK8vD2jL7"),
    _form("unpacked", 'user, password = "ann", "Wq6Lp0Rt3Z"\nprint(user, password)', "Wq6Lp0Rt3Z"),
    _form("chained", 'a = auth_token = "Jk4Vn8Bz1Xc6"\nprint(a)', "Jk4Vn8Bz1Xc6"),
    _form("attribute", 'openai.api_key = "Hy7Gt5Fr4De3"\nprint(openai.api_key)', "Hy7Gt5Fr4De3"),
    _form("class", 'class Settings:\n    api_key = "Mx2Cv9Bn4Lk8"\nprint(Settings.api_key)', "Mx2Cv9Bn4Lk8"),
    _form(
        "dataclass",
        '@dataclasses.dataclass\nclass Settings:\n    lr: float = 0.1\n    token: str = "Pd5Sx3Wz8Qa1"\ns = Settings()\nprint(s)',
        "Pd5Sx3Wz8Qa1",
    ),
    _form("namespace", 'cfg = types.SimpleNamespace(lr=0.1, api_key="Rf8Uj3Ik5Ol2")\nprint(cfg)', "Rf8Uj3Ik5Ol2"),
    _form("augmented", 'api_key = "Bg5Nh7"\napi_key += "Mj8Ku3Yt"\nprint(api_key)', "Bg5Nh7Mj8Ku3Yt"),
    _form("bytes", 'secret_key = b"Vt6By8Nu1Mi3"\nprint(secret_key)', "Vt6By8Nu1Mi3"),
    _form("number", "password = 83920175\nprint(password)", "83920175"),
    _form("escapes", 'password = "ab\\x41\\"q7Zw2Kd9"\nprint(password)', 'abA"q7Zw2Kd9'),
    _form("two lines", 'api_key = ("Lk3Jh5Gf"\n           "Ds9Ap1Oi")\nprint(api_key)', "Lk3Jh5GfDs9Ap1Oi"),
    # put together
    _form("both halves", 'api_key = "Qz4Wx8Ec" + "Rv2Tb6Yn"\nprint(api_key)', "Qz4Wx8EcRv2Tb6Yn", "Qz4Wx8Ec", "Rv2Tb6Yn"),
    _form(
        "halves in names",
        'first = "Um7Ik9Ol"\nsecond = "Pa1Sd3Fg"\napi_key = first + second\nprint(first, second, api_key)',
        "Um7Ik9OlPa1Sd3Fg",
    ),
    _form("f-string", 'part = "Hj5Kl7Zx"\napi_key = f"{part}-Cv9Bn1Mq"\nprint(api_key)', "Hj5Kl7Zx-Cv9Bn1Mq"),
    _form("joined", 'token = "".join(["Wd3Fg5Hj", "Kl7Mn9Pq"])\nprint(token)', "Wd3Fg5HjKl7Mn9Pq"),
    _form("formatted", 'token = "{}-{}".format("Ac2Eg4Ik", "Mo6Qs8Uw")\nprint(token)', "Ac2Eg4Ik-Mo6Qs8Uw"),
    _form("percent", 'token = "%s.%s" % ("Bd3Fh5Jl", "Np7Rt9Vx")\nprint(token)', "Bd3Fh5Jl.Np7Rt9Vx"),
    _form("reversed", 'password = "7yQ2wE9rT4"[::-1]\nprint(password)', "7yQ2wE9rT4", "4Tr9Ew2Qy7"),
    _form("fallback", 'api_key = os.environ.get("NO_SUCH") or "Gz5Ht7Ju9Ik"\nprint(api_key)', "Gz5Ht7Ju9Ik"),
    _form("either", 'debug = True\ntoken = "Xs2Dc4Fv6Gb" if debug else "Yh8Jn1Km3Lp"\nprint(token)', "Xs2Dc4Fv6Gb", "Yh8Jn1Km3Lp"),
    _form("stripped", 'api_key = "  Qa1Ws3Ed5Rf7 ".strip()\nprint(api_key)', "Qa1Ws3Ed5Rf7"),
    _form("encoded", 'key = base64.b64encode(b"ann:Tg6Yh8Uj1Ik3").decode()\npassword = "Tg6Yh8Uj1Ik3"\nprint(key)', "Tg6Yh8Uj1Ik3", "VGc2WWg4VWoxSWsz"[:12]),
    _form("through a name", 'k = "Ol5Pz7Xa9Sw2"\nclient = Client(api_key=k)\nprint(client)', "Ol5Pz7Xa9Sw2"),
    _form("SecretStr", 'class SecretText(str): pass\nSecretStr = SecretText\npassword = SecretStr("De4Fr6Gt8Hy1")\nprint(password)', "De4Fr6Gt8Hy1"),
    # arguments
    _form("keyword", 'client = Client(api_key="Ju3Ki5Lo7Pq9", lr=0.1)\nprint(client)', "Ju3Ki5Lo7Pq9"),
    _form("default", 'def fetch(url, token="Zw2Xe4Cr6Vt8"):\n    return token\nprint(fetch("x"))', "Zw2Xe4Cr6Vt8"),
    _form("keyword-only", 'def fetch(url, *, password="By1Nu3Mi5Ko7"):\n    return password\nprint(fetch("x"))', "By1Nu3Mi5Ko7"),
    _form("setattr", 'setattr(config, "api_key", "Lp9Az2Sx4Dc6")\nprint(vars(config))', "Lp9Az2Sx4Dc6"),
    _form("auth pair", 'r = requests("u", auth=("ann", "Fv8Gb1Hn3Jm5"))\nprint(vars(r))', "Fv8Gb1Hn3Jm5"),
    _form("HTTPBasicAuth", 'a = HTTPBasicAuth("ann", "Kq7Lw9Ze2Xr4")\nprint(vars(a))', "Kq7Lw9Ze2Xr4"),
    _form("login", 'smtplib.login("ann@x.org", "Ct6Vy8Bu1Ni3")\nprint("in with Ct6Vy8Bu1Ni3")', "Ct6Vy8Bu1Ni3"),
    _form("login key", 'wandb.login(key="0123abcd4567ef890123abcd4567ef890123abcd")\nprint("0123abcd4567ef890123abcd4567ef890123abcd")', "0123abcd4567ef890123abcd4567ef890123abcd"),
    _form("set_password", 'keyring.set_password("svc", "ann", "Mo5Pa7Sd9Fg2")\nprint("kept Mo5Pa7Sd9Fg2")', "Mo5Pa7Sd9Fg2"),
    _form("set_token", 'hub.set_token("Hj4Kl6Zx8Cv1")\nprint("Hj4Kl6Zx8Cv1")', "Hj4Kl6Zx8Cv1"),
    _form("credential class", 'c = AzureKeyCredential("Bn3Mq5We7Rt9")\nprint(vars(c))', "Bn3Mq5We7Rt9"),
    _form("field", '@dataclasses.dataclass\nclass S:\n    api_key: str = dataclasses.field(default="Yu2Io4Pl6Kj8")\nprint(S())', "Yu2Io4Pl6Kj8"),
    _form("argparse", 'import argparse\np = argparse.ArgumentParser()\np.add_argument("--api-key", default="Hg1Fd3Sa5Qw7")\nprint(p.parse_args([]))', "Hg1Fd3Sa5Qw7"),
    _form("compared", 'given = "x"\nif given == "y" or config == "password":\n    pass\npassword = "no"\nok = password == "Er9Ty2Ui4Op6"\nprint("not Er9Ty2Ui4Op6")', "Er9Ty2Ui4Op6"),
    _form("returned", 'def get_api_key():\n    return "Lz8Xk1Cj3Vh5"\nprint(get_api_key())', "Lz8Xk1Cj3Vh5"),
    _form("loop", 'for api_key in ["Bg7Nf9Md2Ls4", "Ka6Jp8Ho1Gi3"]:\n    print(api_key)', "Bg7Nf9Md2Ls4", "Ka6Jp8Ho1Gi3"),
    # dicts
    _form("dict", 'params = {"user": "ann", "password": "Fu5Dy7St9Ar2", "lr": 0.1}\nprint(params)', "Fu5Dy7St9Ar2"),
    _form("nested dict", 'config2 = {"db": {"host": "h", "pwd": "Qe4Wb6Zn8Xm1"}}\nprint(config2)', "Qe4Wb6Zn8Xm1"),
    _form("dict()", 'settings = dict(lr=0.1, client_secret="Cq3Vw5Be7Nr9")\nprint(settings)', "Cq3Vw5Be7Nr9"),
    _form("item", 'd = {}\nd["access_token"] = "Mt2Ly4Ku6Ji8"\nprint(d)', "Mt2Ly4Ku6Ji8"),
    _form("plural", 'api_keys = {"openai": "Ho1Gp3Fa5Ds7", "other": "Qd9Wf2Eg4Rh6"}\nprint(api_keys)', "Ho1Gp3Fa5Ds7", "Qd9Wf2Eg4Rh6"),
    _form("json text", 'cfg = json.loads(\'{"api_key": "Tj8Yk1Ul3Iz5"}\')\nprint(cfg)', "Tj8Yk1Ul3Iz5"),
    _form("escaped json", 'text = "{\\"password\\": \\"Ox7Pc9Lv2Kb4\\"}"\nprint(text)', "Ox7Pc9Lv2Kb4"),
    _form("data frame", 'import pandas as pd\naccounts = pd.DataFrame({"user": ["a"], "password": ["Jn6Hm8Gq1Fw3"]})\nprint(accounts)', "Jn6Hm8Gq1Fw3"),
    # environment
    _form("os.environ", 'os.environ["OPENAI_API_KEY"] = "De5Sr7At9Qy2"\nprint(os.environ["OPENAI_API_KEY"])', "De5Sr7At9Qy2"),
    _form("setdefault", 'os.environ.setdefault("DB_PASSWORD", "Wu4Zi6Xo8Cp1")\nprint(os.environ["DB_PASSWORD"])', "Wu4Zi6Xo8Cp1"),
    _form("update", 'os.environ.update({"HF_TOKEN": "Va3Bs5Nd7Mf9"})\nprint(os.environ["HF_TOKEN"])', "Va3Bs5Nd7Mf9"),
    _form("getenv", 'tok2 = os.getenv("MY_TOKEN", "Lg2Kh4Jj6Hk8")\nprint(tok2)', "Lg2Kh4Jj6Hk8"),
    _form("putenv", 'os.putenv("API_TOKEN", "Gl1Fz3Dx5Sc7")\nprint("put Gl1Fz3Dx5Sc7")', "Gl1Fz3Dx5Sc7"),
    _form("%env", "%env STRIPE_API_KEY=Av9Qb2Wn4Em6", "Av9Qb2Wn4Em6"),
    _form("%set_env", "%set_env WANDB_API_KEY Rq8Tw1Ye3Ur5", "Rq8Tw1Ye3Ur5"),
    _form("all of it", 'os.environ["SVC_API_KEY"] = "It7Oy9Pu2Li4"\nprint(dict(os.environ))', "It7Oy9Pu2Li4"),
    # headers, URLs, cookies
    _form("bearer", 'headers = {"Authorization": "Bearer Ko6Jp8Ha1Gs3"}\nprint(headers)', "Ko6Jp8Ha1Gs3"),
    _form("x-api-key", 'headers = {"X-Api-Key": "Fd5Df7Sg9Ah2"}\nprint(headers)', "Fd5Df7Sg9Ah2"),
    _form("header item", 'h = {}\nh["Authorization"] = "token Qj4Wk6El8Rz1"\nprint(h)', "Qj4Wk6El8Rz1"),
    _form("header update", 'session.update(headers={"X-Auth-Token": "Tx3Yc5Uv7Ib9"})\nprint(session.headers)', "Tx3Yc5Uv7Ib9"),
    _form("header pair", 'pairs = [("Authorization", "Bearer On2Pm4Lq6Kw8")]\nprint(pairs)', "On2Pm4Lq6Kw8"),
    _form("url", 'url = "postgresql://ann:Je1Hr3Gt5Fy7@db.host:5432/x"\nprint(url)', "Je1Hr3Gt5Fy7"),
    _form("url token", 'remote = "https://oauth2:Du9Si2Ao4Qp6@git.host/a/b.git"\nprint(remote)', "Du9Si2Ao4Qp6"),
    _form("query", 'url = "https://h/x?api_key=Wa8Zs1Xd3Cf5&q=2"\nprint(url)', "Wa8Zs1Xd3Cf5"),
    _form("quoted url", 'from urllib.parse import quote\npassword = "Vg7@Bh9/Nj2"\nprint(f"postgres://ann:{quote(password, safe=str())}@h/x")', "Vg7@Bh9/Nj2", "Vg7%40Bh9%2FNj2"),
    _form("cookie header", 'headers = {"Cookie": "sessionid=Mk6Ll8Kz1Jx3; theme=dark"}\nprint(headers)', "Mk6Ll8Kz1Jx3"),
    _form("cookies", 'r = requests("u", cookies={"sessionid": "Hc5Gv7Fb9Dn2"})\nprint(vars(r))', "Hc5Gv7Fb9Dn2"),
    _form("dsn", 'conn = connect("host=h user=ann password=Sm4Aq6Qw8We1 dbname=x")\nprint(vars(conn))', "Sm4Aq6Qw8We1"),
    _form("odbc", 'conn = "DRIVER={SQL Server};SERVER=s;UID=me;PWD=Zr3Xt5Cy7Vu9;Encrypt=yes"\nprint(conn)', "Zr3Xt5Cy7Vu9"),
    _form("account key", 'c = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Qm8xK2vT9cR4hW7nJ1bL5pD3sG6fY0aZ=="\nprint(c)', "Qm8xK2vT9cR4hW7nJ1bL5pD3sG6fY0aZ"),
    _form("redis", 'r = "redis://:Bi2No4Mp6La8@localhost/0"\nprint(r)', "Bi2No4Mp6La8"),
    _form("oracle", 'import types as cx_Oracle\ndsn = "scott/Ks1Jd3Hf5Gg7@db:1521/x"\nprint(dsn)', "Ks1Jd3Hf5Gg7"),
    # texts
    _form("dotenv", 'env = """\nDEBUG=1\nAPI_KEY=Fh9Dj2Sk4Al6\n"""\nprint(env)', "Fh9Dj2Sk4Al6"),
    _form("dotenv, quoted", 'env = """\nexport DB_PASSWORD=\'Qz8Wx1Ec3Rv5\'\n"""\nprint(env)', "Qz8Wx1Ec3Rv5"),
    _form("ini", 'ini = """[db]\nhost = h\npassword = Tb7Yn9Um2Ik4\n"""\nprint(ini)', "Tb7Yn9Um2Ik4"),
    _form("yaml", 'doc = """db:\n  host: h\n  password: Ol6Pa8Sd1Fg3\n"""\nprint(doc)', "Ol6Pa8Sd1Fg3"),
    _form("netrc", 'netrc = "machine api.x.org\\n  login ann\\n  password Hj5Kk7Zl9Xq2\\n"\nprint(netrc)', "Hj5Kk7Zl9Xq2"),
    _form("netrc, one line", 'line = "machine h login ann password Cw4Ve6Br8Nt1"\nprint(line)', "Cw4Ve6Br8Nt1"),
    _form("xml", 'doc = "<user><name>ann</name><password>My3Lu5Ki7Jo9</password></user>"\nprint(doc)', "My3Lu5Ki7Jo9"),
    _form("%%writefile", "%%writefile settings.env\nAPI_KEY=Hp2Ga4Fs6Dd8\nDEBUG=1", "Hp2Ga4Fs6Dd8"),
    _form("%%bash", "%%bash\nexport SERVICE_TOKEN=Sf1Ag3Qh5Wj7\necho $SERVICE_TOKEN", "Sf1Ag3Qh5Wj7"),
    _form("commented out", 'rate = 0.5\n# api_key = "Zk9Xl2Cz4Vx6"', "Zk9Xl2Cz4Vx6"),
    # shells
    _form("curl -u", "!echo curl -u ann:Bc8Nv1Mb3Ln5 https://h", "Bc8Nv1Mb3Ln5"),
    _form("curl -H", "!echo curl -H 'X-Api-Key: Km7Jq9Hw2Ge4' https://h", "Km7Jq9Hw2Ge4"),
    _form("curl cookie", "!echo curl -b 'sid=Fr6Dt8Sy1Au3' https://h", "Fr6Dt8Sy1Au3"),
    _form("curl in a list", 'cmd = ["curl", "-u", "ann:Qi5Wo7Ep9Ra2", "https://h"]\nprint(cmd)', "Qi5Wo7Ep9Ra2"),
    _form("--token", "!echo prog --token Ts4Yd6Uf8Ig1 -n 5", "Ts4Yd6Uf8Ig1"),
    _form("--password in a list", 'cmd = ["prog", "--password", "Oh3Pj5Lk7Kl9"]\nprint(cmd)', "Oh3Pj5Lk7Kl9"),
    _form("mysql -p", "!echo mysql -u root -pJz2Hx4Gc6Fv8 db", "Jz2Hx4Gc6Fv8"),
    _form("PGPASSWORD", "!PGPASSWORD=Db1Sn3Am5Qq7 env | grep PGPASS", "Db1Sn3Am5Qq7"),
    _form("sshpass", "!echo sshpass -p Wy9Zu2Xi4Co6 ssh h", "Wy9Zu2Xi4Co6"),
    _form("git clone", "!echo git clone https://ann:Vp8Ba1Ns3Md5@h/r.git", "Vp8Ba1Ns3Md5"),
    _form("aws configure", "!echo aws configure set aws_secret_access_key Lf7Kg9Jh2Hj4Gk6Fl8Dz1Sx3Ac5Qv7Wb9En2Rm4", "Lf7Kg9Jh2Hj4Gk6Fl8Dz1Sx3Ac5Qv7Wb9En2Rm4"),
    # tokens of well-known shapes, under names that tell nothing
    _form("GitHub", 'x = "ghp_a8Kd72mNxQ0zLs5fRt3vWc9yBh1jPg4eUi6o"\nprint(x)', "ghp_a8Kd72mNxQ0zLs5fRt3vWc9yBh1jPg4eUi6o"),
    _form("GitLab", 'x = "glpat-Xy7_k2Lm9Qr4Tw8Zb3Nc"\nprint(x)', "glpat-Xy7_k2Lm9Qr4Tw8Zb3Nc"),
    _form("Slack", 'x = "xoxb-123456789012-210987654321-AbC3dE5fG7hI9jK1lM3nO5pQ"\nprint(x)', "AbC3dE5fG7hI9jK1lM3nO5pQ"),
    _form("AWS", 'x = "AKIAQ3EGRZ7W2K5JX4NB"\nprint(x)', "AKIAQ3EGRZ7W2K5JX4NB"),
    _form("Google", 'x = "AIzaSyD8kQ2mN5xR7tV9wZ1bC3eG6hJ0lP4oS2u"\nprint(x)', "AIzaSyD8kQ2mN5xR7tV9wZ1bC3eG6hJ0lP4oS2u"),
    _form("Stripe", 'x = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"\nprint(x)', "4eC39HqLyjWDarjtT1zdp7dc"),
    _form("OpenAI", 'x = "sk-proj-Ab3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5z"\nprint(x)', "Ab3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5z"),
    _form("Hugging Face", 'x = "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"\nprint(x)', "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"),
    _form("npm", 'x = "npm_a8Kd72mNxQ0zLs5fRt3vWc9yBh1jPg4eUi6o"\nprint(x)', "npm_a8Kd72mNxQ0zLs5fRt3vWc9yBh1jPg4eUi6o"),
    _form("Shopify", 'x = "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"\nprint(x)', "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    _form("DigitalOcean", 'x = "dop_v1_' + "0f1e2d3c4b5a6978" * 4 + '"\nprint(x)', "0f1e2d3c4b5a6978" * 4),
    _form("JSON web token", 'x = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"\nprint(x)', "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"),
    _form("private key", 'pem = """-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\nVJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu\n-----END PRIVATE KEY-----"""\nprint(pem)', "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7", "VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDu"),
    _form("Slack webhook", 'hook = "https://hooks.slack.com/services/T01ABCDEF/B02GHIJKL/mN3oP5qR7sT9uV1wX3yZ5aB7"\nprint(hook)', "mN3oP5qR7sT9uV1wX3yZ5aB7"),
    # where it goes
    _form("in a traceback", 'def dial(password="Rn1Tm3Yl5Uk7"):\n    raise ConnectionError("no entry with " + password)\ndial()', "Rn1Tm3Yl5Uk7"),
    _form("in stderr", 'import sys\npassword = "Ij9Oh2Pg4Lf6"\nprint(password, file=sys.stderr)', "Ij9Oh2Pg4Lf6"),
    _form("cut", 'api_key = "Kd8Js1Ha3Gq5Fw7De9Sr2"\nprint(api_key[:10] + "...", api_key[-8:])', "Kd8Js1Ha3Gq5Fw7De9Sr2"),
    _form("wrapped", 'import textwrap\napi_key = "At7Qy9Wu2Ei4Ro6Tp8Ya1Us3"\nprint("\\n".join(textwrap.wrap(api_key, 9)))', "At7Qy9Wu2Ei4Ro6Tp8Ya1Us3"),
    _form("log_param", 'import nbtrack\nnbtrack.log_param("api_key", "Id6Of8Pg1Lh3")\nnbtrack.log_params({"db": {"password": "Kj5Jk7Hl9Gz2"}})', "Id6Of8Pg1Lh3", "Kj5Jk7Hl9Gz2"),
    _form("set_tag", 'import nbtrack\nnbtrack.set_tag("token", "Fx4Dc6Sv8Ab1")\nnbtrack.set_note("key is sk-proj-Qn3Wm5Eq7Rw9Te2Yr4Ut6Iy8")', "Fx4Dc6Sv8Ab1", "Qn3Wm5Eq7Rw9Te2Yr4Ut6Iy8"),
    _form("log_text", 'import nbtrack\napi_key = "Ou1Pi3Lo5Kp7"\nnbtrack.log_text(f"used {api_key}", "notes.txt")\nnbtrack.log_dict({"password": "Ja9Hs2Gd4Ff6", "lr": 0.1}, "c.json")', "Ou1Pi3Lo5Kp7", "Ja9Hs2Gd4Ff6"),
    _form("from a file", 'with open("cfg.json", "w") as f: f.write(json.dumps({"api" + "_key": "".join(map(chr, [68, 103, 56, 83, 104, 49, 65, 106, 51, 81, 107, 53]))}))\ncfg = json.load(open("cfg.json"))\nprint("used", cfg["api_key"], "!")', "Dg8Sh1Aj3Qk5"),
    _form("typed in", 'password = "".join(map(chr, [87, 108, 55, 90, 122, 57, 88, 120, 50, 67, 99, 52]))\nprint("as", password)', "Wl7Zz9Xx2Cc4"),
    _form("nested run", 'import nbtrack\nwith nbtrack.start_run():\n    nbtrack.log_param("hf_token", "Vv6Bb8Nn1Mm3")\n    nbtrack.set_tag("note", "with Vv6Bb8Nn1Mm3")', "Vv6Bb8Nn1Mm3"),
    _form("figure", 'from IPython.display import SVG, display\napi_key = "Ll5Kk7Jj9Hh2"\ndisplay(SVG(f"<svg xmlns=\'http://www.w3.org/2000/svg\'><text>{api_key}</text></svg>"))', "Ll5Kk7Jj9Hh2"),
    _form("estimator", 'from sklearn.base import BaseEstimator\nclass Embedder(BaseEstimator):\n    def __init__(self, api_key=None): self.api_key = api_key\n    def fit(self, X, y=None):\n        self.n_ = 1\n        return self\n    def predict(self, X): return X\nmodel = Embedder(api_key="Gg4Ff6Dd8Ss1").fit([[1.0]])', "Gg4Ff6Dd8Ss1"),
]  # fmt: skip


class Innocent(NamedTuple):
    """A cell that holds no secret, and what must be kept of it to the letter."""

    code: str
    params: dict[str, object]


def _keep(code, **params):
    return Innocent(code, params)


INNOCENT = [
    _keep('storage_key = "users/ann/model.bin"', storage_key="users/ann/model.bin"),
    _keep('pwd = "/home/ann/project"', pwd="/home/ann/project"),
    _keep("pwd = os.getcwd()"),
    _keep('token = "lemma_form"', token="lemma_form"),
    _keep('row = Client(token="lemma_form", pos="NOUN")\nprint(row)'),
    _keep('primary_key = "customer_id"', primary_key="customer_id"),
    _keep('foreign_key = "order_2024_id"', foreign_key="order_2024_id"),
    _keep('sort_key = "created_at"', sort_key="created_at"),
    _keep('partition_key = "region-eu-west-1"', partition_key="region-eu-west-1"),
    _keep("names = sorted(['b', 'a'], key=lambda name: name.lower())"),
    _keep("best = max([3, 1, 2], key=abs)"),
    _keep('tokenizer = "bert-base-uncased"', tokenizer="bert-base-uncased"),
    _keep('tokenizer_name = "google/flan-t5-base"', tokenizer_name="google/flan-t5-base"),
    _keep("max_tokens = 512", max_tokens=512),
    _keep("num_tokens = 1000\nn_tokens = 7", num_tokens=1000, n_tokens=7),
    _keep('pad_token = "[PAD]"\neos_token = "</s>"', pad_token="[PAD]", eos_token="</s>"),
    _keep('unk_token = "<unk>"\nmask_token = "[MASK]"', unk_token="<unk>"),
    _keep('token = "the"', token="the"),
    _keep('token = "<pad>"', token="<pad>"),
    _keep('special_tokens = {"bos_token": "<s>", "sep_token": "</s>"}\nprint(special_tokens)'),
    _keep('tokens = ["the", "cat", "sat"]\nprint(tokens)'),
    _keep('git_commit = "0123456789abcdef0123456789abcdef01234567"', git_commit="0123456789abcdef0123456789abcdef01234567"),
    _keep('data_hash = "3f0e1d2c3b4a59687766554433221100"', data_hash="3f0e1d2c3b4a59687766554433221100"),
    _keep('run_id = "550e8400-e29b-41d4-a716-446655440000"', run_id="550e8400-e29b-41d4-a716-446655440000"),
    _keep("random_state = 42\nseed = 123456", random_state=42, seed=123456),
    _keep('author = "ann"\nauthors = "ann and bob"', author="ann", authors="ann and bob"),
    _keep('auth = "basic"', auth="basic"),
    _keep("use_auth = True", use_auth=True),
    _keep('auth_method = "password"', auth_method="password"),
    _keep("secret_dim = 16", secret_dim=16),
    _keep("password_length = 12", password_length=12),
    _keep('password_column = "passcol"', password_column="passcol"),
    _keep('api_key_env = "OPENAI_API_KEY"', api_key_env="OPENAI_API_KEY"),
    _keep('api_version = "2024-02-01"', api_version="2024-02-01"),
    _keep('api_base = "https://api.example.org/v1"', api_base="https://api.example.org/v1"),
    _keep('api_key = os.environ.get("OPENAI_KEY_THAT_IS_NOT_SET")'),
    _keep('features = ["token_count", "key_length", "pass_rate", "auth_failures"]\nprint(features)'),
    _keep('target = "password_reset_clicked"', target="password_reset_clicked"),
    _keep('feature = "session_length_30d"', feature="session_length_30d"),
    _keep("pass_rate = 0.93\nn_pass = 12", n_pass=12),
    _keep('monkey = "chimp"\nkeyboard = "qwertz"', monkey="chimp", keyboard="qwertz"),
    _keep('key = "label"', key="label"),
    _keep('keys = ["id", "name"]\nprint(keys)'),
    _keep('cache_key = "features-v3"', cache_key="features-v3"),
    _keep('s3_key = "data/2024/train.parquet"', s3_key="data/2024/train.parquet"),
    _keep('key_column = "user_id"\nkey_prefix = "run/"', key_column="user_id", key_prefix="run/"),
    _keep('x_key, y_key = "age", "income"', x_key="age", y_key="income"),
    _keep("public_key_size = 2048\nkey_size = 256", public_key_size=2048, key_size=256),
    _keep('credentials_file = "/home/ann/creds.json"', credentials_file="/home/ann/creds.json"),
    _keep('credentials = "service_account.json"', credentials="service_account.json"),
    _keep('private_key = "~/.ssh/id_rsa"', private_key="~/.ssh/id_rsa"),
    _keep('signature = "float32[3] -> int64"', signature="float32[3] -> int64"),
    _keep('session = "2024-01-15_baseline"', session="2024-01-15_baseline"),
    _keep('cookie_policy = "strict"', cookie_policy="strict"),
    _keep('salt = "sea"', salt="sea"),
    _keep('pat = "[a-z]+[0-9]{2}"', pat="[a-z]+[0-9]{2}"),
    _keep("pw = 0.5", pw=0.5),
    _keep('model = "gpt-4o-2024-08-06"', model="gpt-4o-2024-08-06"),
    _keep('checkpoint = "distilbert-base-uncased-finetuned-sst-2-english"', checkpoint="distilbert-base-uncased-finetuned-sst-2-english"),
    _keep('uri = "s3://bucket/path@v2/file"', uri="s3://bucket/path@v2/file"),
    _keep('repo = "git@github.com:ann/repo.git"', repo="git@github.com:ann/repo.git"),
    _keep('email = "ann@example.org"', email="ann@example.org"),
    _keep('url = "https://example.org:8080/a?key=b&page=2"', url="https://example.org:8080/a?key=b&page=2"),
    _keep('image = "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4"', image="iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4"),
    _keep('print("token: the")\nprint("password: wrong")'),
    _keep('print("Enter password:")'),
    _keep('print(f"auth={True} key={1}")'),
    _keep('rename = {"token": "word", "key": "id"}\nprint(rename)'),
    _keep('print("docker run -u 1000:1000 image")'),
    _keep('pattern = r"(?P<token>\\w+)"\nprint(pattern)'),
    _keep('prompt_token = "user"\nstop_token = "END"', prompt_token="user", stop_token="END"),
    _keep('client_key = "customer"\nmaster_key = "id"', client_key="customer", master_key="id"),
    _keep('stop = "\\n\\nHuman:"', stop="\n\nHuman:"),
    _keep('task = "sk-learn-pipeline-with-version-2"', task="sk-learn-pipeline-with-version-2"),
]  # fmt: skip
