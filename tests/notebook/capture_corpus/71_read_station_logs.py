# %%
import csv
import json
from pathlib import Path

folder = Path("stations")
folder.mkdir(exist_ok=True)
for number in range(5):
    lines = [f"2024-01-{day:02d};{number};{day * 1.5 - number:.1f}" for day in range(1, 29) if (day + number) % 7]
    if number == 3:
        lines.insert(4, "# sensor cleaned")
    (folder / f"log_{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

# %% track
encoding = "utf-8"
delimiter = ";"
chunk_size = 1024

records = []
n_files = n_bytes = skipped = 0
for path in sorted(folder.glob("log_*.csv")):
    size = path.stat().st_size
    n_bytes += size
    n_files += 1
    line_no = 0
    with path.open(encoding=encoding, newline="") as handle:
        for line_no, row in enumerate(csv.reader(handle, delimiter=delimiter), start=1):
            if len(row) != 3:
                skipped += 1
                continue
            date, station, value = row
            records.append({"date": date, "station": int(station), "value": float(value)})
    print(f"{path.name}: {line_no} lines, {size} bytes")

target = folder / "all.json"
with target.open("w", encoding=encoding) as out:
    json.dump(records, out, indent=1)
written = target.stat().st_size
n_chunks = -(-written // chunk_size)
ratio = written / n_bytes
print(f"{n_files} files, {len(records)} records, {skipped} skipped, {written} bytes written ({ratio:.1f} times), {n_chunks=}")

by_station = {}
for record in records:
    by_station.setdefault(record["station"], []).append(record["value"])
longest = max(by_station, key=lambda key: len(by_station[key]))
del records
