export function Logo() {
  return (
    <svg width="34" height="34" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#0c7c73" />
      <path
        d="M8.5 20.5a7.5 7.5 0 0 1 15 0zM14.2 10.2h3.6M16 10.2V13M7 23.2h18"
        stroke="#fff"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
        fill="none"
      />
    </svg>
  );
}
