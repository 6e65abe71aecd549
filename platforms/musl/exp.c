/* Takes the place of musl's exp in static programs, whose tables have 2 KB: they serve thousands of
 * calls, and octavo-run calls it once for each class. Within 1e-15 of the exact value. */

/* Instead of math.h, which in glibc declares exp in ways that no other name fits: the tests have
 * one. */
double ldexp(double x, int exponent);

#define LOG2_E   1.4426950408889634
#define LN2_HIGH 6.93147180369123816490e-01 /* its last 21 bits are 0 */
#define LN2_LOW  1.90821492927058770002e-10

/* 2^k · e^r with |r| up to ln 2 / 2, where 13 terms of the series are enough. */
double exp(double x) {
  if (!(x >= -746))
    return x != x ? x : 0; /* NaN stays */
  if (x > 710)
    return ldexp(1, 1024); /* infinity */
  const int k = (int)(x * LOG2_E + (x < 0 ? -0.5 : 0.5));
  const double r = x - k * LN2_HIGH - k * LN2_LOW;
  double sum = 1;
  for (int n = 13; n > 0; n--)
    sum = 1 + sum * r / n;
  return ldexp(sum, k);
}
