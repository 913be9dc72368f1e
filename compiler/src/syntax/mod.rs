//! KDL v2: text in, a lossless tree and findings out; and the formatter. (interface to be implemented)
