/**
 * The elementary and special functions that may reach results. ECMAScript leaves the accuracy of
 * `Math.log`, `Math.pow` and their like to the implementation, so two versions of a JavaScript engine
 * may answer differently; these ports (FreeBSD's msun, Cephes and Boost, in stdlib) are plain
 * arithmetic, which is the same everywhere. Nothing else in the simulator calls the built-in ones.
 *
 * stdlib has a package for each of some two hundred steps: the build puts what is needed of them into
 * this one file by `bundle.mjs`, without the package that one of them would log with, so that nobody
 * who installs seatrial installs them.
 */

/** `betainc(x, a, b, regularized, upper)`. */
export { default as betainc } from "@stdlib/math-base-special-betainc";
export { default as cos } from "@stdlib/math-base-special-cos";
export { default as erfc } from "@stdlib/math-base-special-erfc";
export { default as erfcinv } from "@stdlib/math-base-special-erfcinv";
export { default as exp } from "@stdlib/math-base-special-exp";
export { default as expm1 } from "@stdlib/math-base-special-expm1";
export { default as gamma } from "@stdlib/math-base-special-gamma";
/** `gammainc(x, s, regularized, upper)`. */
export { default as gammainc } from "@stdlib/math-base-special-gammainc";
/** `gammaincinv(p, s)`: the x at which the lower regularized incomplete gamma function of s is p. */
export { default as gammaincinv } from "@stdlib/math-base-special-gammaincinv";
export { default as gammaln } from "@stdlib/math-base-special-gammaln";
export { default as ln } from "@stdlib/math-base-special-ln";
export { default as log1p } from "@stdlib/math-base-special-log1p";
export { default as pow } from "@stdlib/math-base-special-pow";
export { default as sin } from "@stdlib/math-base-special-sin";
export { default as tan } from "@stdlib/math-base-special-tan";
