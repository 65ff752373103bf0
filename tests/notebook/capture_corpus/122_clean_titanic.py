# %%
import numpy as np
import pandas as pd

rng = np.random.default_rng(22)
n = 300
titles = np.array(["Mr", "Mrs", "Miss", "Master", "Dr", "Rev", "Mlle"])
chosen = rng.choice(titles, n, p=[0.5, 0.18, 0.2, 0.06, 0.03, 0.02, 0.01])
frame = pd.DataFrame({
    "PassengerId": np.arange(n),
    "Survived": rng.integers(0, 2, n),
    "Pclass": rng.integers(1, 4, n),
    "Name": [f"Braund, {title}. Owen {i}" for i, title in enumerate(chosen)],
    "Sex": rng.choice(["male", "female"], n),
    "Age": np.where(rng.random(n) < 0.2, np.nan, rng.uniform(1, 70, n).round()),
    "SibSp": rng.integers(0, 4, n),
    "Parch": rng.integers(0, 3, n),
    "Ticket": rng.integers(1000, 9999, n).astype(str),
    "Fare": rng.lognormal(3, 0.7, n).round(2),
    "Cabin": np.where(rng.random(n) < 0.8, None, "C85"),
    "Embarked": rng.choice(["S", "C", "Q", None], n, p=[0.7, 0.18, 0.1, 0.02]),
})
train_df, test_df = frame.iloc[:200].copy(), frame.iloc[200:].drop(columns="Survived").copy()
combine = [train_df, test_df]

# %% track
print("Before", train_df.shape, test_df.shape, combine[0].shape, combine[1].shape)

train_df = train_df.drop(['Ticket', 'Cabin'], axis=1)
test_df = test_df.drop(['Ticket', 'Cabin'], axis=1)
combine = [train_df, test_df]

for dataset in combine:
    dataset['Title'] = dataset.Name.str.extract(r' ([A-Za-z]+)\.', expand=False)
    dataset['Title'] = dataset['Title'].replace(['Dr', 'Rev'], 'Rare')
    dataset['Title'] = dataset['Title'].replace('Mlle', 'Miss')

title_mapping = {"Mr": 1, "Miss": 2, "Mrs": 3, "Master": 4, "Rare": 5}
for dataset in combine:
    dataset['Title'] = dataset['Title'].map(title_mapping)
    dataset['Title'] = dataset['Title'].fillna(0)

train_df = train_df.drop(['Name', 'PassengerId'], axis=1)
test_df = test_df.drop(['Name'], axis=1)
combine = [train_df, test_df]

for dataset in combine:
    dataset['Sex'] = dataset['Sex'].map({'female': 1, 'male': 0}).astype(int)

guess_ages = np.zeros((2, 3))
for dataset in combine:
    for i in range(0, 2):
        for j in range(0, 3):
            guess_df = dataset[(dataset['Sex'] == i) & \
                                  (dataset['Pclass'] == j+1)]['Age'].dropna()

            age_guess = guess_df.median()

            # Convert random age float to nearest .5 age
            guess_ages[i,j] = int( age_guess/0.5 + 0.5 ) * 0.5

    for i in range(0, 2):
        for j in range(0, 3):
            dataset.loc[ (dataset.Age.isnull()) & (dataset.Sex == i) & (dataset.Pclass == j+1),\
                    'Age'] = guess_ages[i,j]

    dataset['Age'] = dataset['Age'].astype(int)

freq_port = train_df.Embarked.dropna().mode()[0]
for dataset in combine:
    dataset['Embarked'] = dataset['Embarked'].fillna(freq_port)
    dataset['FamilySize'] = dataset['SibSp'] + dataset['Parch'] + 1

train_df[['FamilySize', 'Survived']].groupby(['FamilySize'], as_index=False).mean().sort_values(by='Survived', ascending=False)
