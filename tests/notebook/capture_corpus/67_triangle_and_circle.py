# %%
import math

import matplotlib.pyplot as plt
import numpy as np

corners = np.array([[0.0, 0.0], [4.0, 0.5], [1.2, 3.1]])

# %% track
# sides, angles and area of a triangle
a, b, c = (math.dist(corners[i], corners[(i + 1) % 3]) for i in (1, 2, 0))
s = (a + b + c) / 2
area = math.sqrt(s * (s - a) * (s - b) * (s - c))
alpha = math.acos((b**2 + c**2 - a**2) / (2 * b * c))
beta = math.acos((a**2 + c**2 - b**2) / (2 * a * c))
gamma = math.pi - alpha - beta

# the circle through the corners and the one inside
R = a * b * c / (4 * area)
r = area / s
cx, cy = np.linalg.solve(2 * (corners[1:] - corners[0]), (corners[1:] ** 2).sum(axis=1) - (corners[0] ** 2).sum())
ix, iy = (np.array([a, b, c]) @ corners) / (a + b + c)

perimeter = 0.0
for i in range(3):
    x0, y0 = corners[i]
    x1, y1 = corners[(i + 1) % 3]
    length = math.hypot(x1 - x0, y1 - y0)
    perimeter += length
    mx, my = (x0 + x1) / 2, (y0 + y1) / 2
    plt.plot([x0, x1], [y0, y1], "k-")
    plt.text(mx, my, f"{length:.2f}")

t = np.linspace(0, 2 * np.pi, 100)
plt.plot(cx + R * np.cos(t), cy + R * np.sin(t), lw=0.8)
plt.plot(ix + r * np.cos(t), iy + r * np.sin(t), lw=0.8)
pad = 0.5
xmin, xmax = cx - R - pad, cx + R + pad
plt.xlim(xmin, xmax)
plt.ylim(cy - R - pad, cy + R + pad)
plt.gca().set_aspect("equal")
plt.title(f"{math.degrees(alpha):.0f}°, {math.degrees(beta):.0f}°, {math.degrees(gamma):.0f}°")
plt.show()
