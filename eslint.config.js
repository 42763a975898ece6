import tseslint from "typescript-eslint";

const clockRule = {
  selector:
    "CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
  message: "Only kernel/clock.ts knows what time it is: take it from ctx.now or the clock.",
};

export default tseslint.config(
  { ignores: ["node_modules", "console/dist", "data", "sdk/client.ts", ".cache", "tmp"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-syntax": ["error", clockRule],
      "max-lines": ["error", { max: 500, skipBlankLines: false }],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    files: [
      "server/kernel/clock.ts",
      "console/**",
      "bench/**",
      "scripts/**",
      "**/*.test.ts",
      "server/testing/**",
    ],
    rules: { "no-restricted-syntax": "off" },
  },
);
