# %%
import warnings
import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ExpSineSquared, Matern, WhiteKernel

warnings.filterwarnings("ignore", category=ConvergenceWarning)


def tide(t):
    return 1.2 * np.sin(2 * np.pi * t / 12.4) + 0.4 * np.sin(2 * np.pi * t / 24.0)


# %% track
noise_sd = 0.15
sizes = [20, 40, 80, 160]
kernels = {
    "rbf": 1.0 * RBF(5.0),
    "matern": 1.0 * Matern(5.0, nu=1.5),
    "periodic": 1.0 * ExpSineSquared(10.0, 12.0),
}
rng = np.random.RandomState(2)
t_all = rng.uniform(0, 72, max(sizes))[:, None]
h_all = tide(t_all[:, 0]) + rng.normal(0, noise_sd, max(sizes))
t_grid = np.linspace(0, 72, 300)[:, None]
h_grid = tide(t_grid[:, 0])

rmse, lml = {}, {}
for name, k in kernels.items():
    rmse[name], lml[name] = [], []
    for n in sizes:
        gp = GaussianProcessRegressor(k + WhiteKernel(0.1), n_restarts_optimizer=1, normalize_y=True, random_state=0)
        gp.fit(t_all[:n], h_all[:n])
        mean = gp.predict(t_grid)
        err = np.sqrt(np.mean((mean - h_grid) ** 2))
        rmse[name].append(err)
        lml[name].append(gp.log_marginal_likelihood_value_)
        print("%-8s n=%3d  rmse %.3f  lml %8.2f   %s" % (name, n, err, lml[name][-1], gp.kernel_))
    plt.loglog(sizes, rmse[name], marker="o", label=name)
plt.legend()
plt.close()

winner = min(rmse, key=lambda name: rmse[name][-1])
print("with all the data:", winner)
slopes = {name: np.polyfit(np.log(sizes), np.log(r), 1)[0] for name, r in rmse.items()}
for name in slopes:
    print(f"{name}: error falls as n^{slopes[name]:.2f}")
