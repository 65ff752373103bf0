"""statsmodels: how well a model fits, of the fits that the cell keeps or shows."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked, values

pytest.importorskip("statsmodels")

DATA = """
import numpy as np, pandas as pd, statsmodels.api as sm, statsmodels.formula.api as smf
rng = np.random.default_rng(0)
frame = pd.DataFrame({"a": rng.random(80), "b": rng.random(80)})
frame["y"] = 2 * frame.a + rng.random(80)
"""


def test_a_fit_with_a_name():
    captured, names = tracked(DATA + "fit = sm.OLS(frame.y, sm.add_constant(frame[['a', 'b']])).fit()")
    found, fit = values(captured), names["fit"]
    assert found == {
        "rsquared": [fit.rsquared],
        "rsquared_adj": [fit.rsquared_adj],
        "aic": [fit.aic],
        "bic": [fit.bic],
        "llf": [fit.llf],
        **{f"coef.{name}": [fit.params[name]] for name in ("const", "a", "b")},
    }


def test_the_terms_of_a_model_without_labels_have_its_own_names():
    captured, names = tracked(
        DATA + "fit = sm.OLS(frame.y.to_numpy(), sm.add_constant(frame[['a', 'b']].to_numpy())).fit()"
    )
    assert values(captured)["coef.x2"] == [names["fit"].params[2]]


def test_of_what_a_loop_compares_the_best_is_kept():
    captured, names = tracked(
        DATA + "low = 1e9\nfor one in ('y ~ a', 'y ~ b'):\n    fit = smf.ols(one, frame).fit()\n"
        "    if fit.aic < low:\n        low, best_fit = fit.aic, fit"
    )
    found = values(captured)
    assert found["rsquared"] == [names["best_fit"].rsquared]
    assert not any(name.startswith("fit.") for name in found)


def test_what_a_fit_does_not_define_is_not_there():
    captured, _ = tracked(DATA + "fit = smf.quantreg('y ~ a', frame).fit(q=0.5)")
    found = values(captured)
    assert {"prsquared", "coef.a"} <= found.keys()
    assert not {"aic", "rsquared", "fit.mse"} & found.keys()


def test_degrees_of_freedom_in_a_summary_are_no_errors():
    captured, _ = tracked(
        DATA + "fit = sm.OLS(frame.y, sm.add_constant(frame[['a']])).fit()\nprint(fit.summary())"
    )
    assert not any(name.lower().startswith("df") for name in values(captured))


def test_a_fit_whose_summary_alone_is_shown():
    captured, _ = tracked(DATA + "sm.OLS(frame.y, sm.add_constant(frame[['a', 'b']])).fit().summary()")
    assert {"rsquared", "aic", "llf"} <= set(values(captured))


def test_the_fits_of_two_formulas():
    captured, names = tracked(
        DATA + "small = smf.ols('y ~ a', frame).fit()\nlarge = smf.ols('y ~ a + b', frame).fit()\n"
        "print('R2 of the large one:', large.rsquared)"
    )
    found = values(captured)
    assert found["small.aic"] == [names["small"].aic]
    assert found["large.rsquared"] == [names["large"].rsquared]
    assert not {"rsquared", "aic"} & set(found)
    assert captured.params["small.formula"] == "y ~ a"


def test_what_a_library_fits_on_the_way_does_not_count():
    captured, names = tracked(
        DATA
        + "logit = sm.Logit((frame.y > 1.5).astype(int), sm.add_constant(frame[['a', 'b']])).fit(disp=0)\n"
        "print(logit.summary2())"
    )
    assert values(captured)["prsquared"] == [names["logit"].prsquared]
    assert values(captured)["aic"] == [names["logit"].aic]


def test_the_fits_of_a_loop_that_a_list_keeps_are_a_history():
    captured, names = tracked(
        DATA + "fits = []\nfor name in ('a', 'b'):\n    fits.append(smf.ols(f'y ~ {name}', frame).fit())"
    )
    assert values(captured)["aic"] == [fit.aic for fit in names["fits"]]
