import type { Step, Surroundings } from "./step.ts";

const what = "the job that judges what a pull request adds";

function github(around: Surroundings): Step {
	const file = ".github/workflows/lockkeeper.yml";
	if (around.read(file) !== undefined) return { kind: "present", file, what };
	return {
		kind: "create",
		file,
		what,
		text: `name: lockkeeper
on: pull_request
permissions:
  contents: read
  pull-requests: write
jobs:
  migrations:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: npx --yes lockkeeper@${around.version} ci --comment
        env:
          GITHUB_TOKEN: \${{ github.token }}
`,
	};
}

function gitlabJob(version: string): string {
	return `lockkeeper:
  image: node:22
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: 0
  script:
    - npx --yes lockkeeper@${version} ci
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
`;
}

function gitlab(around: Surroundings): Step {
	const file = ".gitlab-ci.yml";
	const present = around.read(file);
	const text = gitlabJob(around.version);
	if (present === undefined) return { kind: "create", file, what, text };
	if (present.includes("lockkeeper")) return { kind: "present", file, what };
	return { kind: "append", file, what, text: `${present.endsWith("\n") ? "\n" : "\n\n"}${text}` };
}

/** Returns the job for the server that the repository is on, by its files and its remote. */
export function pipelineStep(around: Surroundings): Step | undefined {
	const isGitlab = around.read(".gitlab-ci.yml") !== undefined || around.origin.includes("gitlab");
	if (isGitlab) return gitlab(around);
	return around.origin.includes("github") || around.read(".github") !== undefined
		? github(around)
		: undefined;
}
