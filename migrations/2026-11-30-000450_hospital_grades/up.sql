-- How a medical institution is graded.
ALTER TABLE site ADD COLUMN grade text CONSTRAINT site_grade_known CHECK (grade IN ('tertiary', 'secondary', 'primary', 'ungraded'));
COMMENT ON COLUMN site.grade IS 'Of a medical institution: tertiary (三级), secondary (二级), primary (一级), ungraded (未定级); NULL: none or not told.';
